import { judgeScript } from './judge-script.js';
import { JUDGE_STYLE } from './judge-style.js';

/** The page on which people judge: one self-contained document that asks the server of its own for all that is shown. */
export function judgePage(mode: 'pairs' | 'rate'): string {
  const question = mode === 'pairs' ? 'Which one is better?' : 'How good is it?';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${question}</title>
<style>${JUDGE_STYLE}</style>
</head>
<body data-mode="${mode}">
<header>
<h1>${question}</h1>
<div id="progress"><progress id="bar" max="1" value="0" aria-label="Progress"></progress> <span id="count"></span></div>
</header>
<main>
<p id="prompt" hidden></p>
<div id="sides" aria-live="polite" aria-busy="true"></div>
<section id="end" hidden tabindex="-1">
<h2 id="end-title"></h2>
<p id="end-text"></p>
<button type="button" id="more" hidden>Go on <kbd>Enter</kbd></button>
</section>
</main>
<footer>
<div id="choices" role="group" aria-label="${question}">
${(mode === 'pairs' ? PAIR_BUTTONS : RATE_BUTTONS).join('\n')}
</div>
<div id="extras">
<button type="button" id="undo">Undo <kbd>z</kbd></button>
<button type="button" id="replay" hidden>Replay <kbd>Space</kbd></button>
</div>
<p id="status" role="status"></p>
</footer>
<noscript><p>This page takes JavaScript, which your browser does not run.</p></noscript>
<script>(${judgeScript})();</script>
</body>
</html>
`;
}

const PAIR_BUTTONS = [
  button('left', 'ArrowLeft', '←', 'Left'),
  button('tie', 'ArrowDown', '↓', 'Tie'),
  button('both bad', 'ArrowUp', '↑', 'Both bad'),
  button('right', 'ArrowRight', '→', 'Right'),
];
const RATE_BUTTONS = ['Bad', 'Poor', 'Fair', 'Good', 'Excellent'].map((word, i) =>
  button(String(i + 1), String(i + 1), String(i + 1), word),
);

function button(choice: string, key: string, label: string, word: string): string {
  return `<button type="button" data-choice="${choice}" data-key="${key}" aria-keyshortcuts="${key}"><kbd aria-hidden="true">${label}</kbd> ${word}</button>`;
}
