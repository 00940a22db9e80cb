import { existsSync, realpathSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import ts from 'typescript';

const FLAT = 90; // characters of a type that stays on its line

/**
 * What each of the packages offers, as its built declarations say: `{ name, text, faults }`, the text in Markdown. Every exported name of
 * every entry with its signature, sorted, without comments; then what these name and nobody can import. Faults are deprecations that do not
 * say what to use instead.
 */
export function apiReports(packages) {
  const entries = packages.map(({ folder, json }) => ({
    name: basename(folder),
    folder,
    modules: modulesOf(folder, json),
  }));
  const missing = entries.flatMap(({ modules }) => modules.filter(({ file }) => !existsSync(file)));
  if (missing.length > 0) {
    throw new Error(`not built: ${missing.map(({ module }) => module).join(', ')}. Run \`npm test -- build\` first.`);
  }
  const program = ts.createProgram({
    rootNames: entries.flatMap(({ modules }) => modules.map(({ file }) => file)),
    // Names are looked up, nothing is checked: without the library of the language it takes seconds.
    options: {
      noLib: true,
      types: [],
      skipLibCheck: true,
      module: ts.ModuleKind.Node16,
      target: ts.ScriptTarget.ES2022,
    },
  });
  return entries.map((entry) => reportOf(program, entry));
}

function modulesOf(folder, json) {
  return Object.entries(json.publishConfig.exports)
    .filter(([, entry]) => entry.types)
    .map(([path, { types }]) => ({ module: json.name + path.slice(1), file: join(folder, types) }));
}

function reportOf(program, { name, folder, modules }) {
  const checker = program.getTypeChecker();
  const dist = join(realpathSync(folder), 'dist') + sep;
  const isOurs = (node) => realpathSync(node.getSourceFile().fileName).startsWith(dist);
  const faults = [];
  const exported = new Map(); // symbol → the name it is exported under
  const perModule = modules.map(({ module, file }) => {
    const symbols = checker.getExportsOfModule(
      checker.getSymbolAtLocation(program.getSourceFile(file)) ?? fail(module),
    );
    return { module, symbols: symbols.map((symbol) => ({ name: symbol.name, symbol: resolved(checker, symbol) })) };
  });
  for (const { symbols } of perModule) for (const { name: as, symbol } of symbols) exported.set(symbol, as);

  const hidden = hiddenBehind(checker, exported, isOurs);
  const names = new Map([...exported, ...hidden]);
  const print = (symbol, as) => {
    const origins = symbol.declarations ?? [];
    if (!origins.some(isOurs)) return `export { ${as} } from '${packageOf(origins[0])}';`;
    faults.push(...origins.flatMap((node) => deprecationFaults(node, as)));
    const texts = origins.map((node) => printed(checker, statementOf(node), names));
    return texts.map((text) => (exported.has(symbol) ? text.replace(/^(?!\/\/)/m, 'export ') : text)).join('\n');
  };
  const sorted = (rows) => rows.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, text]) => text);
  const sections = perModule.flatMap(({ module, symbols }) => {
    const texts = sorted(symbols.map(({ name: as, symbol }) => [as, print(symbol, as)]));
    return [`## ${module}`, '', ...(texts.length > 0 ? block(texts) : ['Exports nothing.']), ''];
  });
  const helpers = sorted([...hidden].map(([symbol, as]) => [as, print(symbol, as)]));
  if (helpers.length > 0) sections.push('## Named by these, not exported', '', ...block(helpers), '');
  const head = [
    `# What @genai/${name} exports`,
    '',
    'Made from what is built by `node tools/check-api.mjs --write`. A change here is one for users: it comes with a changeset.',
    '',
  ];
  return { name, text: [...head, ...sections].join('\n'), faults };
}

/** What exported declarations name and nobody can import, and what that names, each with a name of its own. */
function hiddenBehind(checker, exported, isOurs) {
  const seen = new Set(exported.keys());
  const reach = (node) => {
    if (isPrivate(node)) return;
    if (ts.isIdentifier(node)) {
      const symbol = resolved(checker, checker.getSymbolAtLocation(node));
      const [declaration] = symbol?.declarations ?? [];
      if (declaration && !seen.has(symbol) && isTopLevel(declaration) && isOurs(declaration)) {
        seen.add(symbol);
        for (const one of symbol.declarations) reach(one);
      }
    }
    ts.forEachChild(node, reach);
  };
  for (const { declarations = [] } of exported.keys()) for (const node of declarations) if (isOurs(node)) reach(node);
  const symbols = [...seen].filter((symbol) => !exported.has(symbol));
  const count = (name) => [...seen].filter((one) => (exported.get(one) ?? plain(one.name)) === name).length;
  return new Map(symbols.map((one) => [one, count(plain(one.name)) > 1 ? one.name : plain(one.name)]));
}

/** A statement as the compiler prints it, with the indent of the house and the names users see, without what is private. */
function printed(checker, statement, names) {
  const source = statement.getSourceFile();
  const printer = ts.createPrinter({ removeComments: true, newLine: ts.NewLineKind.LineFeed });
  const isShort = (node) => print(node).replaceAll(/\s+/g, ' ').length <= FLAT;
  const print = (node) => printer.printNode(ts.EmitHint.Unspecified, node, source);
  const tidy = (context) => (root) => {
    const visit = (node) => {
      if (isPrivate(node)) return undefined;
      if (ts.isIdentifier(node) && node.pos >= 0) {
        // The bundler of declarations renames: what it calls `gru$1` is `gru` to users.
        const name = names.get(resolved(checker, checker.getSymbolAtLocation(node)));
        if (name !== undefined && name !== node.text) return ts.factory.createIdentifier(name);
      }
      const flat = (ts.isTypeLiteralNode(node) || ts.isTupleTypeNode(node)) && isShort(node);
      const visited = ts.visitEachChild(node, visit, context);
      return flat ? ts.setEmitFlags(visited, ts.EmitFlags.SingleLine) : visited;
    };
    return visit(root);
  };
  const bare = print(ts.transform(statement, [tidy]).transformed[0])
    .replace(/^(export )?(declare )?/, '')
    .replace(/^( {4})+/gm, (indent) => ' '.repeat(indent.length / 2));
  const words = deprecationOf(statement);
  return `${words === undefined ? '' : `// deprecated ${words}\n`}${bare}`;
}

/** The convention: `@deprecated since 0.4: use {@link other}`, so that whoever meets it knows what to write instead. */
function deprecationFaults(node, name) {
  const faults = [];
  const visit = (one, path) => {
    const isMember = ts.isTypeElement(one) || ts.isClassElement(one);
    const place = isMember ? `${path}.${one.name?.getText() ?? '(…)'}` : path;
    const words = isMember || one === node ? deprecationOf(one) : undefined;
    if (words !== undefined && !/^since \d+\.\d+(\.\d+)?: use \S/.test(words)) {
      faults.push(
        `${place}: write "@deprecated since 0.4: use …" (the version and what to use instead), not "${words}"`,
      );
    }
    ts.forEachChild(one, (child) => visit(child, place));
  };
  visit(node, name);
  return faults;
}

function deprecationOf(node) {
  const tag = ts.getJSDocDeprecatedTag(node);
  return tag && (ts.getTextOfJSDocComment(tag.comment) ?? '').replaceAll(/\s+/g, ' ').trim();
}

function resolved(checker, symbol) {
  return symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** A declaration with its `declare const`, where that stands around it. */
function statementOf(node) {
  return ts.isVariableDeclaration(node) ? node.parent.parent : node;
}

function isTopLevel(node) {
  return node !== undefined && !ts.isSourceFile(node) && ts.isSourceFile(statementOf(node).parent ?? node);
}

function isPrivate(node) {
  return (
    (ts.isClassElement(node) && (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Private) !== 0) ||
    (node.name && ts.isPrivateIdentifier(node.name))
  );
}

function plain(name) {
  return name.replace(/\$\d+$/, '');
}

/** The package that a declaration from elsewhere stands in. */
function packageOf(declaration) {
  const parts = declaration?.getSourceFile().fileName.split('/node_modules/').at(-1).split('/') ?? fail('a name');
  const ours = /\/packages\/([^/]+)\/dist\//.exec(declaration.getSourceFile().fileName);
  if (ours) return `@genai/${ours[1]}`;
  return parts.slice(0, parts[0].startsWith('@') ? 2 : 1).join('/');
}

function block(texts) {
  return ['```ts', texts.join('\n\n'), '```'];
}

function fail(what) {
  throw new Error(`check-api: ${what} has no declarations. Build it again: npm test -- build`);
}
