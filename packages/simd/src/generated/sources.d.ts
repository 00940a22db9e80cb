/** The C sources by file name, for building them for the machine. */
export declare const SOURCES: Readonly<Record<string, string>>;
