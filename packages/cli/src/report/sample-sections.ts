import { escapeMarkup } from '../render/escape-markup.js';
import { htmlFigure } from '../render/html-page.js';
import type { Exhibit } from './exhibit.js';

/** Texts of a model on the page. */
export const SHOWN_TEXTS = 3;

/** What the models draw: grids of pictures, or texts. As HTML. */
export function sampleSections(exhibits: readonly Exhibit[]): readonly string[] {
  const figures = exhibits.flatMap(({ folder, config, pictures }) => {
    const classes = 'classes' in config.data ? ' One class after the other.' : '';
    if (!pictures) return [];
    return [
      htmlFigure({
        title: `Samples of ${folder}`,
        caption: `Drawn from the model, not chosen.${classes}`,
        image: pictures.samples,
      }),
      htmlFigure({
        title: `Copies? ${folder}`,
        caption:
          'Samples in the first and third row; below each the training image that is nearest to it, pixel by pixel.',
        image: pictures.nearest,
      }),
    ];
  });
  const texts = exhibits.flatMap(({ folder, measured: { texts } }) => {
    if (!texts) return [];
    const shown = texts.slice(0, SHOWN_TEXTS).map((text) => `<pre>${escapeMarkup(text)}</pre>`);
    return [`<section>\n<h2>Texts of ${escapeMarkup(folder)}</h2>\n${shown.join('\n')}\n</section>`];
  });
  return [...(figures.length > 0 ? [`<section class="figures">\n${figures.join('\n')}\n</section>`] : []), ...texts];
}
