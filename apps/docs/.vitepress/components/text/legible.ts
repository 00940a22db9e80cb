/** A token as it can be seen: spaces and ends of lines have signs. */
export function legible(text: string): string {
  return text.replaceAll(' ', '␣').replaceAll('\n', '⏎') || '∅';
}

/** A token as it can be heard. */
export function spoken(text: string): string {
  if (text === ' ') return 'space';
  if (text === '\n') return 'end of line';
  return text.trim() === text && text ? text : legible(text);
}

export function percent(probability: number): string {
  const shown = 100 * probability;
  return `${shown < 10 ? shown.toFixed(1) : shown.toFixed(0)} %`;
}
