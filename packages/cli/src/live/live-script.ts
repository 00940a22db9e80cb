/** What runs in the page; it is sent as its own source, so it may use nothing from outside. */
export function liveScript(): void {
  const byId = (id: string): HTMLElement => document.getElementById(id)!;
  const canvas = byId('chart') as HTMLCanvasElement;
  const choice = byId('metric') as HTMLSelectElement;
  type Point = { readonly step: number; readonly metrics: { readonly [name: string]: number | string } };
  const points: Point[] = [];
  let due = false;

  const draw = (): void => {
    due = false;
    const ratio = devicePixelRatio || 1;
    const { clientWidth: width, clientHeight: height } = canvas;
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    const context = canvas.getContext('2d')!;
    context.scale(ratio, ratio);
    const name = choice.value;
    const shown = points.filter(({ metrics }) => typeof metrics[name] === 'number');
    if (shown.length === 0) return;
    const values = shown.map(({ metrics }) => metrics[name] as number);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const [first, last] = [shown[0]!.step, shown.at(-1)!.step];
    const left = 64;
    const x = (step: number): number => left + ((width - left - 8) * (step - first)) / Math.max(1, last - first);
    const y = (value: number): number => 12 + ((height - 36) * (high - value)) / (high - low || 1);
    const style = getComputedStyle(document.body);
    context.font = '12px system-ui, sans-serif';
    context.fillStyle = style.getPropertyValue('--soft');
    context.fillText(high.toPrecision(4), 4, 16);
    context.fillText(low.toPrecision(4), 4, height - 22);
    context.fillText(String(first), left, height - 6);
    context.fillText(String(last), width - 8 - context.measureText(String(last)).width, height - 6);
    context.strokeStyle = style.getPropertyValue('--mark');
    context.lineWidth = 1.5;
    context.beginPath();
    for (const [i, { step }] of shown.entries()) context.lineTo(x(step), y(values[i]!));
    context.stroke();
  };
  const drawSoon = (): void => {
    if (!due) requestAnimationFrame(draw);
    due = true;
  };

  const add = (point: Point): void => {
    points.push(point);
    // Every other of the older half goes when there are many: the page lives as long as the run.
    if (points.length > 4_000) for (let i = 1_999; i > 0; i -= 2) points.splice(i, 1);
    for (const name of Object.keys(point.metrics)) {
      if ([...choice.options].some(({ value }) => value === name)) continue;
      choice.append(new Option(name, name));
    }
  };
  const events = new EventSource('events');
  events.onmessage = ({ data }: MessageEvent<string>) => {
    const {
      points: told,
      steps,
      seconds,
      done,
    } = JSON.parse(data) as {
      readonly points: readonly Point[];
      readonly steps: number;
      readonly seconds: number;
      readonly done: boolean;
    };
    for (const point of told) add(point);
    const last = points.at(-1);
    const rate = seconds > 0 ? `, ${seconds.toFixed(0)} s` : '';
    byId('status').textContent = done
      ? `done after ${last?.step ?? 0} steps`
      : `step ${last?.step ?? 0} of ${steps}${rate}`;
    const table = byId('values');
    table.replaceChildren();
    for (const [name, value] of Object.entries(last?.metrics ?? {})) {
      const row = document.createElement('tr');
      for (const [tag, text] of [
        ['th', name],
        ['td', typeof value === 'number' ? value.toPrecision(6) : value],
      ] as const) {
        const cell = document.createElement(tag);
        cell.textContent = text;
        row.append(cell);
      }
      table.append(row);
    }
    if (done) events.close();
    drawSoon();
  };
  events.onerror = () => {
    if (events.readyState !== EventSource.CLOSED) byId('status').textContent = 'the run has ended or cannot be reached';
  };
  choice.onchange = drawSoon;
  addEventListener('resize', drawSoon);
}
