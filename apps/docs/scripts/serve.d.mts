import type { Server } from 'node:http';

export declare const ISOLATION: Readonly<Record<string, string>>;

export declare function serve(
  folder: string,
  options?: { readonly isolated?: boolean; readonly base?: string; readonly port?: number },
): Promise<{ readonly url: string; readonly base: string; readonly server: Server }>;
