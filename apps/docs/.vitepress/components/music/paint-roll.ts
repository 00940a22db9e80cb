/** A piano roll on a canvas: pitch upwards, time to the right. */
import type { Score } from '../../../lab/music/score.js';
import type { Style } from '../../../lab/music/style.js';

/** Where things are, in CSS pixels. */
export interface RollFrame {
  readonly width: number;
  readonly height: number;
  /** Of the column with the names of the keys. */
  readonly left: number;
  readonly step: number;
  readonly row: number;
}

export interface RollView {
  readonly style: Style;
  readonly melody: Score;
  /** What the model added. */
  readonly added: Score;
  /** The pitch classes that are allowed; undefined: all. */
  readonly scale: ReadonlySet<number> | undefined;
  /** The step that is heard. */
  readonly heard: number | undefined;
  /** Where the keyboard is. */
  readonly cursor: { readonly at: number; readonly pitch: number } | undefined;
  readonly dark: boolean;
}

const LEFT = 30;
const BLACK = new Set([1, 3, 6, 8, 10]);

const LIGHT = {
  ...{ white: '#ffffff', black: '#f0f1f4', outside: '#e2e3e8', line: '#dcdde3', bar: '#a9abb8', text: '#55565f' },
  ...{ given: '#2f6fd6', cursor: '#16171d', made: ['#c2571a', '#b8860b', '#3a8f4d', '#8b4fb3'], yours: '#eef3fd' },
};
const DARK: typeof LIGHT = {
  ...{ white: '#1f2026', black: '#191a1f', outside: '#111216', line: '#2d2e36', bar: '#5b5d6a', text: '#b4b5bf' },
  ...{ given: '#7fb0ff', cursor: '#ffffff', made: ['#ffab73', '#e8cf6a', '#86d69a', '#d2a6f0'], yours: '#222a3b' },
};

/** The frame for a canvas of that width. */
export function frameOf(width: number, height: number, { steps, lowest, highest }: Style): RollFrame {
  return { width, height, left: LEFT, step: (width - LEFT) / steps, row: height / (highest - lowest + 1) };
}

/** The step and pitch of a place in the canvas. */
export function cellAt(
  { left, step, row }: RollFrame,
  { highest, steps, lowest }: Style,
  x: number,
  y: number,
): { at: number; pitch: number } {
  const at = Math.max(0, Math.min(steps - 1, Math.floor((x - left) / step)));
  const pitch = Math.max(lowest, Math.min(highest, highest - Math.floor(y / row)));
  return { at, pitch };
}

export function paintRoll(canvas: HTMLCanvasElement, view: RollView): void {
  const { clientWidth: width, clientHeight: height } = canvas;
  const ratio = globalThis.devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const context = canvas.getContext('2d')!;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  const frame = frameOf(width, height, view.style);
  paintRows(context, frame, view);
  for (const { voice, pitch, at, length } of view.added) {
    paintNote(context, frame, view, { pitch, at, length }, colours(view).made[voice % 4]!, true);
  }
  for (const { pitch, at, length } of view.melody)
    paintNote(context, frame, view, { pitch, at, length }, colours(view).given, false);
  if (view.heard !== undefined) {
    context.fillStyle = colours(view).cursor;
    context.fillRect(frame.left + Math.min(view.style.steps, view.heard) * frame.step - 1, 0, 2, height);
  }
  if (view.cursor) {
    const { at, pitch } = view.cursor;
    context.strokeStyle = colours(view).cursor;
    context.lineWidth = 2;
    context.strokeRect(frame.left + at * frame.step, (view.style.highest - pitch) * frame.row, frame.step, frame.row);
  }
}

function colours({ dark }: RollView): typeof LIGHT {
  return dark ? DARK : LIGHT;
}

function paintRows(
  context: CanvasRenderingContext2D,
  { width, height, left, step, row }: RollFrame,
  view: RollView,
): void {
  const { style, scale } = view;
  const { white, black, outside, line, bar, text, yours } = colours(view);
  context.fillStyle = white;
  context.fillRect(0, 0, width, height);
  context.font = '10px sans-serif';
  context.textBaseline = 'middle';
  for (let pitch = style.lowest; pitch <= style.highest; pitch++) {
    const top = (style.highest - pitch) * row;
    const isOutside = scale && !scale.has(pitch % 12);
    context.fillStyle = isOutside ? outside : BLACK.has(pitch % 12) ? black : white;
    context.fillRect(0, top, width, row);
    if (!isOutside && pitch >= style.melodyLowest) {
      context.fillStyle = yours; // where a melody may stand
      context.globalAlpha = 0.6;
      context.fillRect(left, top, style.most * step, row);
      context.globalAlpha = 1;
    }
    if (pitch % 12 === 0) {
      context.fillStyle = text;
      context.fillText(`C${pitch / 12 - 1}`, 6, Math.max(6, top + row / 2));
      context.fillStyle = bar;
      context.fillRect(left, top + row - 0.5, width, 1);
    }
  }
  for (let at = 0; at <= style.steps; at += style.stepsPerBeat) {
    context.fillStyle = at % style.bar === 0 ? bar : line;
    context.fillRect(left + at * step - 0.5, 0, 1, height);
  }
}

/** What the model made is framed and paler within, so that it is told from what was given without its colour, too. */
function paintNote(
  context: CanvasRenderingContext2D,
  { left, step, row }: RollFrame,
  { style }: RollView,
  { pitch, at, length }: { readonly pitch: number; readonly at: number; readonly length: number },
  colour: string,
  framed: boolean,
): void {
  const [x, y] = [left + at * step + 0.5, (style.highest - pitch) * row + 0.5];
  const [width, height] = [length * step - 1.5, row - 1];
  context.beginPath();
  context.roundRect(x, y, width, height, 2);
  context.globalAlpha = framed ? 0.45 : 1;
  context.fillStyle = colour;
  context.fill();
  context.globalAlpha = 1;
  if (!framed) return;
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.stroke();
}
