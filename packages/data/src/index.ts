export { batches, type DatasetBatches } from './batches.js';
export { binarize } from './binarize.js';
export { type CanvasLike, drawImages } from './canvas/draw-images.js';
export { type FromImageDataOptions, fromImageData, type ImageDataLike } from './canvas/from-image-data.js';
export { type ToImageDataOptions, toImageData } from './canvas/to-image-data.js';
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
export type { ViewOptions } from './mesh/camera.js';
export { chairs } from './mesh/chairs.js';
export { decodeObj } from './mesh/decode-obj.js';
export { decodePly } from './mesh/decode-ply.js';
export { encodeGlb } from './mesh/encode-glb.js';
export { encodeObj } from './mesh/encode-obj.js';
export { encodePly } from './mesh/encode-ply.js';
export type { Geometry, GeometryLike } from './mesh/geometry.js';
export { knots } from './mesh/knots.js';
export { mergeMeshes } from './mesh/merge-meshes.js';
export type { Mesh } from './mesh/mesh.js';
export { type CloudFrame, normalizeCloud, restoreCloud } from './mesh/normalize-cloud.js';
export { type RenderMeshOptions, renderMesh } from './mesh/render-mesh.js';
export { type RenderPointsOptions, renderPoints } from './mesh/render-points.js';
export { sampleSurface } from './mesh/sample-surface.js';
export { type ShapeClouds, type ShapeCloudsOptions, shapeClouds } from './mesh/shape-clouds.js';
export { type ShapeFamily, type ShapeFamilyOptions, type ShapeParameter, shapeFamily } from './mesh/shape-family.js';
export { supershapes } from './mesh/supershapes.js';
export { tables } from './mesh/tables.js';
export { tori } from './mesh/tori.js';
export { triangleAreas } from './mesh/triangle-areas.js';
export { decodeMidi, type Song } from './midi/decode-midi.js';
export { type EncodeMidiOptions, encodeMidi } from './midi/encode-midi.js';
export type { Note } from './midi/note.js';
export { type NotesOfOptions, notesOf } from './midi/notes-of.js';
export { type PianoRoll, type PianoRollOptions, pianoRoll } from './midi/piano-roll.js';
export { beatAt, secondsAt, type Tempo } from './midi/tempo.js';
export { type MovingPicturesOptions, movingPictures } from './moving-pictures.js';
export { type ChoraleFramesOptions, choraleFrames } from './music/chorale-frames.js';
export { type ChoraleNotesOptions, choraleNotes } from './music/chorale-notes.js';
export { type Chorale, type ChoraleSplits, chorales } from './music/chorales.js';
export { decodeWav, type Sound } from './music/decode-wav.js';
export { type EncodeWavOptions, encodeWav } from './music/encode-wav.js';
export { type FoundKey, inKey, keyOf, type Sounding } from './music/key-of.js';
export { type Chord, chordPitches, leadSheet } from './music/lead-sheet.js';
export { keyName, type MusicKey, scaleOf } from './music/music-key.js';
export type { MusicTokens } from './music/music-tokens.js';
export { type NoteEvents, type NoteEventsOptions, noteEvents } from './music/note-events.js';
export { type FramesBatch, paddedFrames } from './music/padded-frames.js';
export { type Envelope, type RenderNotesOptions, renderNotes } from './music/render-notes.js';
export { type ToyChorale, type ToyChoralesOptions, toyChorales } from './music/toy-chorales.js';
export { transposeChorale } from './music/transpose-chorale.js';
export { type VoiceEvents, type VoiceEventsOptions, voiceEvents } from './music/voice-events.js';
export { voiceNotes } from './music/voice-notes.js';
export type { Voice, Voices } from './music/voices.js';
export { type VoicesOfOptions, voicesOf } from './music/voices-of.js';
export { type Idx, parseIdx } from './parse-idx.js';
export { type Picture, withChannels } from './picture.js';
export { prefetch } from './prefetch.js';
export { select, skip, take } from './select.js';
export { type Source, stream } from './stream.js';
export { isoDate, isoDays } from './table/iso-date.js';
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
export type { BytePairs } from './text/byte-pairs.js';
export { bytes } from './text/bytes.js';
export { type ChatFormat, type ChatFormatOptions, chatFormat, type Role, type Turn } from './text/chat-format.js';
export { type ChatTemplate, type ChatTemplateOptions, chatTemplate } from './text/chat-template.js';
export { type DialogueWindowsOptions, dialogueWindows } from './text/dialogue-windows.js';
export {
  type FillInTheMiddleOptions,
  fillInTheMiddle,
  infillPrompt,
  type MiddleMarks,
} from './text/fill-in-the-middle.js';
export { fromTokenizerJson } from './text/from-tokenizer-json.js';
export { type LineSequencesOptions, lineSequences } from './text/line-sequences.js';
export { lines } from './text/lines.js';
export { llama2cTokenizerJson } from './text/llama2c-tokenizer-json.js';
export type { MaskedElements, MaskedTokens } from './text/masked-rows.js';
export { type PackedElements, type PackedOptions, packed } from './text/packed.js';
export { playDialogues } from './text/play-dialogues.js';
export { readDialogues } from './text/read-dialogues.js';
export { readSentencePieces } from './text/sentence-pieces/read-sentence-pieces.js';
export type { SentencePieces } from './text/sentence-pieces/sentence-pieces.js';
export { sentencePiecesJson } from './text/sentence-pieces/sentence-pieces-json.js';
export { sentencePiecesOf } from './text/sentence-pieces/sentence-pieces-of.js';
export { streamText } from './text/stream-text.js';
export { type StreamPiece, type StreamsOptions, streams } from './text/streams.js';
export type { TextTokenizer } from './text/text-tokenizer.js';
export { type TokenizerJson, toTokenizerJson } from './text/to-tokenizer-json.js';
export { tokenBytes } from './text/token-bytes.js';
export type { TokenizerDescription } from './text/tokenizer-description.js';
export { tokenizerFrom } from './text/tokenizer-from.js';
export {
  type FromHuggingFaceOptions,
  textMarks,
  tokenizerFromHuggingFace,
} from './text/tokenizer-from-hugging-face.js';
export { type TrainBytePairsOptions, trainBytePairs } from './text/train-byte-pairs.js';
export { withSpecial } from './text/with-special.js';
export type { Patterns } from './text/word-splits.js';
export { checkerboard } from './toys/checkerboard.js';
export { cycle } from './toys/cycle.js';
export { eightGaussians } from './toys/eight-gaussians.js';
export { funnel } from './toys/funnel.js';
export { gaussianCloud } from './toys/gaussian-cloud.js';
export { gaussianMixture } from './toys/gaussian-mixture.js';
export { markovChain, type TokenToy } from './toys/markov-chain.js';
export { moons } from './toys/moons.js';
export { pinwheel } from './toys/pinwheel.js';
export { rings } from './toys/rings.js';
export { spirals } from './toys/spirals.js';
export type { Toy } from './toys/toy.js';
export { windows } from './windows.js';
