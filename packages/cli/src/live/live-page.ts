import { escapeMarkup } from '../render/escape-markup.js';
import { liveScript } from './live-script.js';

/** A page that draws a run while it goes on; it follows light and dark and fits a phone. */
export function livePage(title: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${escapeMarkup(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeMarkup(title)}</h1>
<p id="status" role="status">waiting for the first step</p>
<label>Show <select id="metric"></select></label>
<canvas id="chart" role="img" aria-label="The chosen metric by step"></canvas>
<table><tbody id="values"></tbody></table>
</main>
<noscript><p>This page takes JavaScript, which your browser does not run.</p></noscript>
<script>(${liveScript})();</script>
</body>
</html>
`;
}

const STYLE = `
:root { color-scheme: light dark; --page: #f6f6f3; --ink: #1c1c1a; --soft: #5d5d58; --rule: #d5d5ce; --mark: #2563eb; }
@media (prefers-color-scheme: dark) { :root { --page: #141416; --ink: #ececf0; --soft: #a3a3ad; --rule: #3a3a42; --mark: #7ba7ff; } }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1rem clamp(.75rem, 3vw, 2rem); }
h1 { font-size: 1.3rem; overflow-wrap: anywhere; }
canvas { display: block; width: 100%; height: 20rem; margin: 1rem 0; border: 1px solid var(--rule); border-radius: 8px; }
th { text-align: left; font-weight: 400; color: var(--soft); padding-right: 2rem; }
td { font-variant-numeric: tabular-nums; }
select { font: inherit; }
`;
