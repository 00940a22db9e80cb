/**
 * What the page of the judge does. It runs in the browser, from its own source: it must use nothing from outside.
 *
 * The tickets are what is judged now and what comes next, whose files are loaded meanwhile.
 */
export function judgeScript(): void {
  type Side =
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'picture' | 'audio'; readonly url: string; readonly replays: boolean };
  type Ticket = { readonly id: string; readonly prompt: string | null; readonly sides: readonly Side[] };
  type State = {
    readonly tickets: readonly Ticket[];
    readonly done: number;
    readonly all: number;
    readonly enough: number;
  };

  const byId = (id: string): HTMLElement => document.getElementById(id)!;
  const rater = new URLSearchParams(location.search).get('rater') ?? 'rater';
  const isRating = document.body.dataset.mode === 'rate';
  const files = new Map<string, Promise<string>>(); // addresses of outputs, as local blobs
  let state: State | undefined;
  let shown: string | undefined; // the ticket that can be seen
  let since = 0;
  let isBusy = false;
  let goesOn = false; // though there is enough

  const choices = [...document.querySelectorAll<HTMLButtonElement>('#choices button')];
  for (const button of choices) button.addEventListener('click', () => void vote(button));
  byId('undo').addEventListener('click', () => void undo());
  byId('replay').addEventListener('click', () => replay());
  byId('more').addEventListener('click', () => more());
  document.addEventListener('keydown', onKey);
  void ask(`/open?rater=${encodeURIComponent(rater)}`);

  function onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    const isOnButton = event.target instanceof HTMLButtonElement;
    const button = choices.find(({ dataset }) => dataset.key === event.key);
    if (button) void vote(button);
    else if (event.key === 'z' || event.key === 'Z') void undo();
    else if (event.key === ' ' && !isOnButton) replay();
    else if (event.key === 'Enter' && !isOnButton && !byId('more').hidden) more();
    else return;
    event.preventDefault();
  }

  async function vote(button: HTMLButtonElement): Promise<void> {
    if (isBusy || shown === undefined) return;
    const choice = isRating ? Number(button.dataset.choice) : button.dataset.choice;
    const sides = [...document.querySelectorAll('.side')];
    if (choice === 'left') sides[0]?.classList.add('chosen');
    if (choice === 'right') sides[1]?.classList.add('chosen');
    await ask('/vote', { rater, ticket: shown, choice, ms: Math.round(performance.now() - since) });
  }

  async function undo(): Promise<void> {
    if (!isBusy) await ask('/undo', { rater });
  }

  function more(): void {
    goesOn = true;
    void show();
  }

  /** Sends, takes the state that comes back, and shows it. What fails is said, and may be tried again. */
  async function ask(url: string, body?: object): Promise<void> {
    setBusy(true);
    try {
      const response = await fetch(
        url,
        body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
      );
      const answer = await response.json();
      if (!response.ok) throw new Error(answer.error.message);
      state = answer as State;
      say(answer.undone === true ? 'Taken back.' : answer.undone === false ? 'There is nothing to take back.' : '');
      await show();
    } catch (error) {
      for (const side of document.querySelectorAll('.chosen')) side.classList.remove('chosen');
      say(
        error instanceof TypeError ? 'The server does not answer. Is it running? Try again.' : (error as Error).message,
      );
    } finally {
      setBusy(false);
    }
  }

  async function show(): Promise<void> {
    const { tickets, done, all, enough } = state!;
    const bar = byId('bar') as HTMLProgressElement;
    bar.max = Math.max(1, done < enough ? enough : all);
    bar.value = done;
    byId('count').textContent = done < enough ? `${done} of ${enough}` : `${done} judged: enough`;
    const next = tickets[0];
    if (!next || (done >= enough && !goesOn)) {
      showEnd(next !== undefined);
      return;
    }
    byId('end').hidden = true;
    if (next.id !== shown) await showTicket(next);
    for (const ticket of tickets.slice(1)) for (const side of ticket.sides) void fileOf(side).catch(() => {});
    const kept = new Set(tickets.flatMap(({ sides }) => sides.map((side) => (side.kind === 'text' ? '' : side.url))));
    for (const [url, file] of files) {
      if (kept.has(url)) continue;
      files.delete(url);
      void file.then(
        (address) => URL.revokeObjectURL(address),
        () => {},
      );
    }
  }

  function showEnd(hasMore: boolean): void {
    shown = undefined;
    byId('sides').replaceChildren();
    byId('prompt').hidden = true;
    byId('replay').hidden = true;
    byId('end').hidden = false;
    byId('end-title').textContent = 'Thank you: that is enough.';
    byId('end-text').textContent = hasMore ? 'There is more to judge, if you like.' : 'You have judged all there is.';
    byId('more').hidden = !hasMore;
    byId('end').focus();
  }

  async function showTicket({ id, prompt, sides }: Ticket): Promise<void> {
    byId('sides').setAttribute('aria-busy', 'true');
    const names = sides.length === 2 ? ['Left', 'Right'] : ['Output'];
    const figures = await Promise.all(sides.map((side, i) => figureOf(side, names[i]!)));
    byId('sides').replaceChildren(...figures);
    byId('sides').setAttribute('aria-busy', 'false');
    byId('prompt').textContent = prompt;
    byId('prompt').hidden = prompt === null;
    byId('replay').hidden = !sides.some((side) => side.kind !== 'text' && side.replays);
    shown = id;
    since = performance.now();
  }

  async function figureOf(side: Side, name: string): Promise<HTMLElement> {
    const figure = document.createElement('figure');
    figure.className = 'side';
    const caption = document.createElement('figcaption');
    caption.textContent = name;
    figure.append(caption);
    if (side.kind === 'text') {
      const text = document.createElement('p');
      text.className = 'text';
      text.tabIndex = 0; // long ones scroll by keyboard
      text.textContent = side.text;
      figure.append(text);
    } else if (side.kind === 'picture') {
      const image = document.createElement('img');
      image.alt = `${name} picture`;
      image.src = await fileOf(side);
      await image.decode().catch(() => say('A picture cannot be shown.'));
      if (image.naturalWidth <= 128) image.classList.add('small');
      figure.append(image);
    } else {
      const audio = document.createElement('audio');
      audio.controls = true;
      audio.src = await fileOf(side);
      audio.setAttribute('aria-label', `${name} recording`);
      figure.append(audio);
    }
    return figure;
  }

  function fileOf(side: Side): Promise<string> {
    if (side.kind === 'text') return Promise.resolve('');
    const known = files.get(side.url);
    if (known) return known;
    const file = fetch(side.url).then(async (response) => {
      if (!response.ok) throw new Error('An output cannot be loaded. Try again.');
      return URL.createObjectURL(await response.blob());
    });
    files.set(side.url, file);
    file.catch(() => files.delete(side.url)); // to be tried again
    return file;
  }

  /** From the beginning, one after the other. */
  function replay(): void {
    for (const image of document.querySelectorAll<HTMLImageElement>('.side img')) image.src = String(image.src);
    const recordings = [...document.querySelectorAll<HTMLAudioElement>('.side audio')];
    for (const [i, audio] of recordings.entries()) {
      audio.pause();
      audio.currentTime = 0;
      audio.onended = () => void recordings[i + 1]?.play();
    }
    void recordings[0]?.play();
  }

  function say(text: string): void {
    byId('status').textContent = text;
  }

  function setBusy(busy: boolean): void {
    isBusy = busy;
    document.body.setAttribute('aria-busy', String(busy));
  }
}
