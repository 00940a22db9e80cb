import type { Server } from 'node:http';

/**
 * Begins to listen, and gives the address.
 *
 * @throws the system's error if it cannot listen there.
 */
export async function listen(
  server: Server,
  { host, port, log }: { readonly host: string; readonly port: number; readonly log: (line: string) => void },
): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      server.on('error', ({ message }) => log(`cannot accept: ${message}`)); // such as too many open files
      resolve();
    });
  });
  const address = server.address();
  const listening = typeof address === 'object' && address ? address.port : port;
  return `http://${host.includes(':') ? `[${host}]` : host}:${listening}`;
}
