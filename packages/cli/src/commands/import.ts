import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { disposeTree, leaves, type Tree } from '@genai/core';
import { bytes } from '@genai/data';
import type { Tensor } from '@tensorflow/tfjs-core';
import { engineLabel, startEngine } from '../engine.js';
import { type FoundTokenizer, fileTokenizer, templateFault } from '../formats/found-tokenizer.js';
import { type ImportedModel, importModel } from '../formats/import-model.js';
import { importedConfig } from '../formats/imported-config.js';
import { expectFree, inPlace } from '../formats/in-place.js';
import { openSource } from '../formats/open-source.js';
import { readFile } from '../formats/read-file.js';
import { safetensorsPieces } from '../formats/safetensors-pieces.js';
import { writePieces } from '../formats/write-pieces.js';
import type { Io } from '../io.js';
import { describeModel } from '../model/families.js';
import { CHAT_FILES, TOKENIZER_FILE } from '../model/text/kept-tokenizer.js';
import type { Outcome } from '../outcome.js';
import { progress } from '../progress.js';

export interface ImportCommandOptions {
  /** A path, an address, or `hf:owner/name`. */
  readonly source: string;
  readonly out: string;
  /** A file, or `bytes`. */
  readonly tokenizer?: string;
  /** Where files of the hub are kept. */
  readonly cache?: string;
  readonly backend: string;
  readonly json?: boolean;
}

/** `genai import`: a model from elsewhere becomes a checkpoint that the other commands take. */
export async function importing(options: ImportCommandOptions, io: Io): Promise<Outcome> {
  const { source: words, out, json } = options;
  const folder = resolve(io.cwd, out);
  await expectFree(folder, out);
  const tokenizer = await givenTokenizer(options, io);
  const { cwd, signal } = io;
  const source = await openSource(words, { cwd, signal, ...(options.cache !== undefined && { cache: options.cache }) });
  const engine = engineLabel(await startEngine(options.backend));
  const imported = await importModel(source, { tokenizer, signal });
  try {
    const found = await withSoundTemplate(imported.found, io);
    const config = importedConfig(words, imported, found.tokenizer);
    await describeModel(join(out, 'config.json'), config, async () => ({ tokenizer: found.tokenizer })); // what others will read is seen to be right
    await write(folder, options, { config, found, params: imported.params }, io);
    const held = leaves<Tensor>(imported.params as Tree<Tensor>);
    const parameters = held.reduce((sum, [, { size }]) => sum + size, 0);
    if (!json) io.stdout.write(`${out}: ${imported.format}, ${parameters.toLocaleString('en')} parameters\n`);
    const names = ['config.json', 'model.safetensors', ...Object.keys(filesOf(found))];
    return {
      files: names.map((name) => join(out, name)),
      details: { engine, format: imported.format, parameters, vocabulary: imported.config.vocabulary },
    };
  } finally {
    disposeTree(imported.params as Tree<Tensor>);
  }
}

async function givenTokenizer(
  { tokenizer }: ImportCommandOptions,
  { cwd, signal }: Io,
): Promise<FoundTokenizer | undefined> {
  if (tokenizer === undefined) return undefined;
  if (tokenizer === 'bytes') return { tokenizer: bytes() };
  return fileTokenizer(tokenizer, await readFile(resolve(cwd, tokenizer), tokenizer, signal));
}

/** Without a template that cannot be used, of which a line is said. */
async function withSoundTemplate({ tokenizer, chat }: FoundTokenizer, { stderr }: Io): Promise<FoundTokenizer> {
  if (!chat || tokenizer.toJSON().kind !== 'hugging-face') return { tokenizer };
  const fault = await templateFault(tokenizer, chat);
  if (fault === undefined) return { tokenizer, chat };
  stderr.write(`its chat template is left out: ${fault}\n`);
  return { tokenizer };
}

interface Written {
  readonly config: object;
  readonly found: FoundTokenizer;
  readonly params: ImportedModel['params'];
}

/** The folder appears when all of it is written. */
async function write(
  folder: string,
  { out }: ImportCommandOptions,
  { config, found, params }: Written,
  { signal, stderr }: Io,
): Promise<void> {
  const tensors = leaves<Tensor>(params as Tree<Tensor>).map(([name, leaf]) => {
    return { name, shape: leaf.shape, values: async () => (await leaf.data()) as Float32Array };
  });
  const all = tensors.reduce((sum, { shape }) => sum + 4 * shape.reduce((size, n) => size * n, 1), 0);
  const bar = progress(stderr);
  const began = performance.now();
  try {
    await inPlace(folder, out, async (temporary) => {
      await mkdir(temporary);
      const texts = { 'config.json': `${JSON.stringify(config, null, 2)}\n`, ...filesOf(found) };
      for (const [name, text] of Object.entries(texts)) {
        await writePieces(join(temporary, name), [new TextEncoder().encode(text)], { signal });
      }
      await writePieces(join(temporary, 'model.safetensors'), safetensorsPieces(tensors, {}), {
        signal,
        onBytes: (written) =>
          bar.update({ step: Math.min(written, all), steps: all, elapsed: performance.now() - began, label: 'bytes' }),
      });
    });
  } finally {
    bar.end();
  }
}

/** The files beside the config and the parameters. */
function filesOf({ tokenizer, chat }: FoundTokenizer): { readonly [name: string]: string } {
  const description = tokenizer.toJSON();
  if (description.kind !== 'hugging-face') return {};
  const files = { [TOKENIZER_FILE]: JSON.stringify(description.json) };
  if (!chat) return files;
  const { template, ...marks } = chat;
  return { ...files, [CHAT_FILES.template]: template, [CHAT_FILES.marks]: JSON.stringify(marks) };
}
