/** How the page of the judge looks: light and dark, wide and narrow. */
export const JUDGE_STYLE = `
:root { color-scheme: light dark; --page: #f6f6f3; --card: #fff; --ink: #1c1c1a; --soft: #5d5d58; --rule: #d5d5ce; --mark: #2563eb; }
@media (prefers-color-scheme: dark) {
  :root { --page: #141416; --card: #1e1e22; --ink: #ececf0; --soft: #a3a3ad; --rule: #3a3a42; --mark: #7ba7ff; }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { margin: 0; min-height: 100dvh; display: flex; flex-direction: column; background: var(--page); color: var(--ink); font: 17px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
header, main, footer { width: 100%; max-width: 80rem; margin: 0 auto; padding: .75rem clamp(.75rem, 3vw, 2rem); }
header { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; align-items: baseline; justify-content: space-between; }
h1 { font-size: 1.2rem; margin: 0; }
#progress, #status { color: var(--soft); font-size: .92rem; }
progress { width: 8rem; accent-color: var(--mark); }
main { flex: 1; display: flex; flex-direction: column; min-height: 0; }
#prompt { margin: 0 0 .75rem; white-space: pre-wrap; color: var(--soft); overflow-wrap: anywhere; }
#sides { flex: 1; display: grid; gap: 1rem; grid-auto-columns: minmax(0, 1fr); grid-auto-flow: column; }
.side { margin: 0; background: var(--card); border: 2px solid var(--rule); border-radius: 14px; padding: clamp(.6rem, 2vw, 1.2rem); display: flex; flex-direction: column; min-width: 0; }
.side.chosen { border-color: var(--mark); }
figcaption { color: var(--soft); font-size: .85rem; margin-bottom: .5rem; }
.side img { display: block; margin: auto; width: 100%; height: 100%; max-height: 62dvh; object-fit: contain; }
.side img.small { image-rendering: pixelated; }
.side audio { width: 100%; margin: auto 0; }
.text { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 62dvh; overflow-y: auto; }
footer { position: sticky; bottom: 0; background: var(--page); }
#choices { display: grid; gap: .5rem; grid-auto-flow: column; grid-auto-columns: minmax(0, 1fr); }
#extras { display: flex; gap: .5rem; margin-top: .5rem; }
#status { min-height: 1.5em; margin: .25rem 0 0; }
button { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: .6rem .5rem; min-height: 2.75rem; cursor: pointer; }
button:hover { border-color: var(--mark); }
button:disabled { opacity: .5; cursor: default; }
:focus-visible { outline: 3px solid var(--mark); outline-offset: 2px; }
kbd { font: inherit; font-size: .85em; color: var(--soft); border: 1px solid var(--rule); border-radius: 5px; padding: 0 .35em; }
@media (prefers-reduced-motion: no-preference) { .side { transition: border-color .1s; } }
@media (max-width: 40rem) {
  #choices { grid-template-columns: repeat(2, minmax(0, 1fr)); grid-auto-flow: row; }
  [data-mode="rate"] #choices { grid-template-columns: repeat(3, minmax(0, 1fr)); }
  .side img, .text { max-height: 46dvh; }
  kbd { display: none; }
}
`;
