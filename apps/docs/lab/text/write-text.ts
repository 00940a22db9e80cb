import { type Generated, generate, type TokenConstraint, type TokenModel, type Warp } from '@genai/autoregressive';
import { fold, key, type Tree } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { type Choice, likeliest, type Piece } from './piece.js';

/** What the page asks for. */
export interface Writing {
  readonly prompt: string;
  readonly temperature: number;
  readonly topP: number;
  /** The same number, seed and parameters give the same text. */
  readonly number: number;
  readonly steps: number;
  /** Ends after so many milliseconds, so that training goes on. */
  readonly milliseconds: number;
}

/** What was written, and why it ended. */
export interface Written {
  readonly pieces: readonly Piece[];
  readonly stopped: Generated['stopped'];
}

/** Who writes: a model with its parameters and the words for its tokens. */
export interface Writer<P, S> {
  readonly model: TokenModel<P, S>;
  readonly params: P;
  readonly encode: (text: string) => Int32Array;
  readonly spell: (token: number) => string;
  readonly seed: number;
  readonly constraint?: TokenConstraint | undefined;
}

/** Writes on after a prompt; the choices of each piece are those that it was drawn from, temperature and all. */
export async function writeText<P extends Tree<Tensor>, S extends Tree<Tensor>>(
  writer: Writer<P, S>,
  writing: Writing,
): Promise<Written> {
  const { model, params, encode, spell, seed, constraint } = writer;
  const { prompt, temperature, topP, number, steps, milliseconds } = writing;
  const until = performance.now() + milliseconds;
  const choices: Choice[][] = [];
  const watch: Warp = (logits) => void choices.push(likeliest(logits, spell)); // it is the last, and sees what the others left
  const drawing = generate(model, params, {
    prompt: encode(prompt || '\n'),
    key: fold(key(seed), number),
    constraint,
    steps,
    temperature,
    topP,
    warps: [watch],
  });
  for await (const _ of drawing) if (performance.now() > until) break;
  const { tokens, logProbs, stopped } = await drawing.result;
  const pieces = tokens.map((token, i) => ({
    text: spell(token),
    bits: -logProbs[i]! / Math.LN2,
    choices: choices[i]!,
  }));
  return { pieces, stopped };
}
