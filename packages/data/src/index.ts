export { batches, type DatasetBatches } from './batches.js';
export { binarize } from './binarize.js';
export { type Characters, characters, type Tokenizer } from './characters.js';
export type { Batched, Column, Columns, NumberArray } from './column.js';
export { concat } from './concat.js';
export type { Dataset } from './dataset.js';
export { decodePng } from './decode-png.js';
export { draws } from './draws.js';
export { encodePng } from './encode-png.js';
export { fromArrays } from './from-arrays.js';
export { gunzip } from './gunzip.js';
export { holdOut } from './hold-out.js';
export { imageGrid } from './image-grid.js';
export { map } from './map.js';
export { decodeMidi, type Song } from './midi/decode-midi.js';
export { type EncodeMidiOptions, encodeMidi } from './midi/encode-midi.js';
export type { Note } from './midi/note.js';
export { type NotesOfOptions, notesOf } from './midi/notes-of.js';
export { type PianoRoll, type PianoRollOptions, pianoRoll } from './midi/piano-roll.js';
export { beatAt, secondsAt, type Tempo } from './midi/tempo.js';
export { type MovingPicturesOptions, movingPictures } from './moving-pictures.js';
export { type Idx, parseIdx } from './parse-idx.js';
export { type Picture, withChannels } from './picture.js';
export { prefetch } from './prefetch.js';
export { select, skip, take } from './select.js';
export { type Source, stream } from './stream.js';
export { type NumberScale, type NumberScaling, quantileNormalized, standardized } from './table/number-scaling.js';
export { type ReadTableOptions, readTable } from './table/read-table.js';
export { selectRows } from './table/select-rows.js';
export type { Table, TableColumn } from './table/table.js';
export {
  type TableCodec,
  type TableCodecOptions,
  type TableFeatures,
  tableCodec,
  tableCodecFrom,
} from './table/table-codec.js';
export type { ColumnDescription, TableDescription } from './table/table-description.js';
export { type ColumnValues, tableOf } from './table/table-of.js';
export { writeTable } from './table/write-table.js';
export { checkerboard } from './toys/checkerboard.js';
export { cycle } from './toys/cycle.js';
export { eightGaussians } from './toys/eight-gaussians.js';
export { gaussianCloud } from './toys/gaussian-cloud.js';
export { gaussianMixture } from './toys/gaussian-mixture.js';
export { markovChain, type TokenToy } from './toys/markov-chain.js';
export { moons } from './toys/moons.js';
export { pinwheel } from './toys/pinwheel.js';
export { rings } from './toys/rings.js';
export { spirals } from './toys/spirals.js';
export type { Toy } from './toys/toy.js';
export { windows } from './windows.js';
