/** The step of what is kept in this browser of the laboratory `name`, if anything is: of the file it reads the head alone. */
export async function keptStepOf(name: string): Promise<number | undefined> {
  try {
    const root = await navigator.storage.getDirectory();
    const folder = await (await root.getDirectoryHandle('laboratories')).getDirectoryHandle(name);
    const files: File[] = [];
    let listed = false;
    for await (const [file, handle] of folder as unknown as AsyncIterable<[string, FileSystemFileHandle]>) {
      listed ||= file.endsWith('.list');
      if (file.endsWith('.safetensors')) files.push(await handle.getFile());
    }
    if (!listed) return undefined;
    // Of the newest file that is whole: a tab that was closed may have left a half one.
    for (const file of files.sort((a, b) => b.lastModified - a.lastModified)) {
      const step = await stepIn(file).catch(() => undefined);
      if (step !== undefined) return step;
    }
  } catch {
    // There is none.
  }
  return undefined;
}

async function stepIn(file: File): Promise<number> {
  const length = Number(new DataView(await file.slice(0, 8).arrayBuffer()).getBigUint64(0, true));
  const head = JSON.parse(await file.slice(8, 8 + length).text());
  return JSON.parse(head.__metadata__.genai).step;
}
