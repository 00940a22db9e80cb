import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { GenaiError } from '@genai/core';
import type { Dataset } from '../dataset.js';
import { fromArrays } from '../from-arrays.js';
import { gunzip } from '../gunzip.js';
import { messageOf } from '../inflate.js';
import { type Idx, parseIdx } from '../parse-idx.js';
import { fetchBytes } from './fetch-bytes.js';
import { defaultCache, exists, readBytes, writeWhole } from './files.js';
import type { ImageSplits, LabelledImages } from './labelled-images.js';

/** Where a published set of pictures is looked for. */
export interface IdxSetOptions {
  /** The folder that holds the four files, compressed or not. Without it the usual places are searched. */
  readonly folder?: string;
  /** The folder for downloads: `GENAI_CACHE` or the platform's folder for caches unless given. */
  readonly cache?: string;
  /** Whether what is not found may be fetched; false unless given. */
  readonly download?: boolean;
  /** Addresses of folders to fetch from in place of the official ones, tried in turn. */
  readonly urls?: readonly string[];
  /** Stops a download. */
  readonly signal?: AbortSignal;
}

/** A published set, in four files that are known by the SHA-256 of their decompressed content. */
export interface IdxSet {
  readonly name: string;
  readonly folders: readonly string[];
  readonly urls: readonly string[];
  readonly files: readonly { readonly name: string; readonly size: number; readonly sha256: string }[];
  readonly classes: readonly string[];
  /** What to do where the set is not found. */
  readonly remedy: string;
}

/** Reads the four files of a set, fetching what is missing if that is allowed, each checked against its hash. */
export async function idxSet(set: IdxSet, options: IdxSetOptions = {}): Promise<ImageSplits> {
  const read: Idx[] = [];
  for (const file of set.files) read.push(parseIdx(await find(set, file, options), file.name));
  const [trainImages, trainLabels, testImages, testLabels] = read as [Idx, Idx, Idx, Idx];
  return {
    train: labelled(trainImages, trainLabels),
    test: labelled(testImages, testLabels),
    classes: set.classes,
  };
}

/** A dataset of pictures (count, height, width) and labels (count), both bytes. */
export function labelled(images: Idx, labels: Idx): Dataset<LabelledImages> {
  return fromArrays({
    images: { data: images.data, shape: [...images.shape, 1], as: 'unit' },
    labels: { data: labels.data, shape: labels.shape, as: 'int32' },
  } as const);
}

type File = IdxSet['files'][number];

async function find(set: IdxSet, file: File, options: IdxSetOptions): Promise<Uint8Array> {
  const { folder, cache = defaultCache(), download = false } = options;
  const kept = join(cache, set.name);
  const places = folder === undefined ? [...set.folders, kept] : download ? [folder, kept] : [folder];
  for (const place of places) {
    for (const path of [join(place, file.name), join(place, `${file.name}.gz`)]) {
      if (!(await exists(path))) continue;
      try {
        return await verified(set, file, path, await readBytes(set.name, path, { limit: mostBytes(file) }));
      } catch (error) {
        if (place !== kept || !download) throw error; // a bad file in the cache is fetched anew
      }
    }
  }
  if (download) return fetched(set, file, kept, options);
  throw new GenaiError(`${set.name}: ${file.name}(.gz) is not in ${places.join(' or ')}. ${set.remedy}`);
}

async function fetched(set: IdxSet, file: File, kept: string, options: IdxSetOptions): Promise<Uint8Array> {
  const { urls = set.urls, signal } = options;
  const failures: unknown[] = [];
  for (const folder of urls) {
    const url = `${folder.replace(/\/*$/, '/')}${file.name}.gz`;
    try {
      const bytes = await fetchBytes(set.name, url, { limit: mostBytes(file), signal });
      const content = await verified(set, file, url, bytes);
      // Some servers decompress on the way.
      await writeWhole(join(kept, isGzip(bytes) ? `${file.name}.gz` : file.name), bytes);
      return content;
    } catch (error) {
      signal?.throwIfAborted();
      failures.push(error);
    }
  }
  const reasons = failures.map(messageOf).join(' ');
  throw new GenaiError(`${set.name}: ${file.name} could not be fetched. ${reasons} ${set.remedy}`, {
    cause: failures.at(-1),
  });
}

/** The decompressed content, if it is the published one. */
async function verified(set: IdxSet, file: File, source: string, bytes: Uint8Array): Promise<Uint8Array> {
  const content = isGzip(bytes) ? await gunzip(bytes, { limit: file.size, name: source }) : bytes;
  const sha256 = createHash('sha256').update(content).digest('hex');
  if (sha256 !== file.sha256) {
    throw new GenaiError(
      `${set.name}: ${source} has SHA-256 ${sha256} (decompressed), expected ${file.sha256}. Replace the file, or read other sets with idxFolder().`,
    );
  }
  return content;
}

/** A compressed file is at most a little larger than its content. */
function mostBytes(file: File): number {
  return file.size + 2 ** 16;
}

export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}
