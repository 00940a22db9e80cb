import { Command } from 'commander';
import { bits, integer, label, notNegative, positive, text, texts } from './argument-readers.js';
import { TEXT_METRICS } from './commands/text-metric-names.js';
import type { Io } from './io.js';
import { FAMILIES } from './model/families.js';
import { listPresets } from './model/presets.js';
import { suggest } from './nearest.js';
import type { Outcome } from './outcome.js';
import { UsageError } from './usage-error.js';
import { version } from './version.js';

/** Runs the action of the command called `name`. */
export type Dispatch = (name: string, action: () => Promise<Outcome>) => Promise<void>;

/** The words of the command line. Each command's work lies in a file of its own that is loaded when it is called. */
export function program(io: Io, dispatch: Dispatch): Command {
  const genai = new Command('genai')
    .description('Generative models from the command line: train, sample and measure.')
    .version(version())
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: () => {}, // run() says it, in one line
      getOutHelpWidth: () => io.stdout.columns ?? 80,
      getErrHelpWidth: () => io.stderr.columns ?? 80,
    });
  const command = (name: string, about: string): Command =>
    genai.command(name).description(about).allowExcessArguments(false);

  common(command('demo', 'Train a variational autoencoder on real digits and show what it learnt in one page.'))
    .option('--out <folder>', 'where to write', text, 'genai-demo')
    .option('--steps <count>', 'training steps', integer(1))
    .option('--seconds <count>', 'longest time to train', positive)
    .option('--seed <number>', 'seed of everything random', integer(0), 0)
    .option('--quick', 'a few seconds of training, to see that everything works')
    .action((options) => dispatch('demo', async () => (await import('./commands/demo.js')).demo(options, io)));

  common(command('train', 'Train a model and keep it in a folder.'))
    .argument('[model]', 'a preset, see below (with --resume: that of the folder)')
    .option(
      '--data <spec>',
      'digits, mnist, fashion-mnist, an IDX file or a folder of PNGs; a text file, moby-dick; a .csv, moons',
      text,
    )
    .option('--out <folder>', 'where to keep the checkpoint', text)
    .option('--download', 'fetch mnist or fashion-mnist if it is not here')
    .option('--config <file>', 'JSON with "parts" and "training" of the model', text)
    .option('--steps <count>', 'training steps in all', integer(1))
    .option('--batch <size>', 'examples, or streams of text, a step', integer(1))
    .option('--learning-rate <number>', "of Adam, of adversarial models the generator's", positive)
    .option('--seed <number>', 'seed of everything random', integer(0))
    .option(
      '--given <columns>',
      'of models of tables: columns, with commas between, that the others are conditioned on',
      text,
    )
    .option('--without <columns>', 'of models of tables: columns that are left out, with commas between', text)
    .option('--resume', 'go on with the run in the folder, as if it had not been interrupted')
    .option('--save-steps <count>', 'save every so many steps', integer(1))
    .option('--save-seconds <count>', 'save every so many seconds', positive, 30)
    .option('--health-steps <count>', 'of adversarial models: report every so many steps, 0 for never', integer(0))
    .option('--live', 'serve a page that shows the run')
    .option('--port <number>', 'where --live listens, 0 for any that is free', integer(0, 65_535), 8082)
    .option('--tensorboard', 'also write a file that TensorBoard reads into the folder')
    .option('--profile <file>', 'write what a step is made of: a flame chart (.svg) or a trace (.json)', text)
    .addHelpText('after', () => `\nPresets:\n\n${listPresets()}`)
    .action((model, options) =>
      dispatch('train', async () => {
        if (model === undefined && options.data === undefined && options.out === undefined && !options.resume) {
          return (await import('./commands/presets.js')).presets(options, io);
        }
        if (options.out === undefined) throw new UsageError("required option '--out <folder>' not specified");
        return (await import('./commands/train.js')).train({ model, ...options }, io);
      }),
    );

  common(command('sample', 'Draw from a trained model.'))
    .argument('<folder>', 'a folder that train or demo wrote', text)
    .option('--count <number>', 'how many: 64 images, 100 rows or 1 text unless given', integer(1))
    .option('--label <class>', 'of conditional models: the number of a class, or all for a row of each', label)
    .option('--given <column=value>', 'of models of tables: what a column is given as; once for each', texts)
    .option('--out <file>', 'a PNG file; of models of text or tables a text or .csv file, stdout unless given', text)
    .option('--prompt <text>', 'of models of text: what to go on from')
    .option('--length <count>', 'of models of text: most tokens of a text, 500 unless given', integer(1))
    .option(
      '--temperature <number>',
      'of models of text and flows: below 1 likelier, of text 0 the likeliest',
      notNegative,
    )
    .option('--top-k <count>', 'of models of text: draw among the so many likeliest tokens', integer(1))
    .option('--top-p <share>', 'of models of text: draw among the likeliest that hold this share', positive)
    .option('--min-p <share>', 'of models of text: leave out what is rarer than this beside the likeliest', positive)
    .option('--repetition-penalty <number>', 'of models of text: above 1 repeats less', positive)
    .option('--regex <pattern>', 'of models of text: the text after the prompt is one that this matches')
    .option('--grammar <file>', 'of models of text: one of this grammar, in GBNF', text)
    .option('--json-schema <file>', 'of models of text: JSON of this schema', text)
    .option(...BITS)
    .option('--seed <number>', 'seed of everything random', integer(0), 0)
    .action((folder, options) =>
      dispatch('sample', async () => (await import('./commands/sample.js')).sample({ folder, ...options }, io)),
    );

  common(
    command('what-if', 'Say what rows of a table would be, had they other values in columns that a model is given.'),
  )
    .argument('<folder>', 'a folder that train wrote, with --given', text)
    .requiredOption('--data <file>', 'the rows, a .csv or .tsv file with the columns of the model', text)
    .requiredOption(
      '--given <column=value>',
      'what a column would be, an empty value for missing; once for each',
      texts,
    )
    .option('--out <file>', 'a .csv file, stdout unless given', text)
    .option('--seed <number>', 'seed of where in their cells categories lie', integer(0), 0)
    .action((folder, options) =>
      dispatch('what-if', async () => (await import('./commands/what-if.js')).whatIf({ folder, ...options }, io)),
    );

  common(command('chat', 'Talk with a model that was trained on dialogues.'))
    .argument('<folder>', 'a folder that train wrote', text)
    .option('--message <text>', 'say this and leave; without it, what is typed, line by line', text)
    .option('--system <text>', 'what the model is told first', text)
    .option('--length <count>', 'most tokens of a reply, 200 unless given', integer(1))
    .option('--temperature <number>', 'below 1 likelier, 0 the likeliest', notNegative)
    .option('--top-k <count>', 'draw among the so many likeliest tokens', integer(1))
    .option('--top-p <share>', 'draw among the likeliest that hold this share', positive)
    .option('--min-p <share>', 'leave out what is rarer than this beside the likeliest', positive)
    .option('--repetition-penalty <number>', 'above 1 repeats less', positive)
    .option(...BITS)
    .option('--seed <number>', 'seed of everything random', integer(0), 0)
    .action((folder, options) =>
      dispatch('chat', async () => (await import('./commands/chat.js')).chat({ folder, ...options }, io)),
    );

  common(command('serve', "Answer the requests of OpenAI's API with a model of text, until Ctrl-C."))
    .argument('<folder>', 'a folder that train wrote', text)
    .option('--port <number>', 'where to listen, 0 for any that is free', integer(0, 65_535), 8080)
    .option('--host <name>', 'the address to listen at; 0.0.0.0 for everybody', text, '127.0.0.1')
    .option('--slots <count>', 'texts drawn at once', integer(1, 1024), 8)
    .option('--queue <count>', 'texts that may wait; more are refused', integer(0), 64)
    .option('--model-name <name>', 'what clients call it, the name of the folder unless given', text)
    .option('--context <count>', 'most tokens of a text, its prompt included', integer(2), 4096)
    .option('--grace-seconds <count>', 'how long what is being drawn may go on after Ctrl-C', notNegative, 10)
    .option(...BITS)
    .option('--seed <number>', 'seed of requests that bring none', integer(0), 0)
    .action((folder, options) =>
      dispatch('serve', async () => (await import('./commands/serve.js')).serve({ folder, ...options }, io)),
    );

  common(command('eval', 'Measure a trained model, or compare several on the same data.'))
    .argument('<folders...>', 'folders that train or demo wrote, or files of texts beside the lines of --data', texts)
    .requiredOption('--data <spec>', 'as train takes it', text)
    .option('--download', 'fetch mnist or fashion-mnist if it is not here')
    .option('--report <file>', 'write a page that compares the models by everything that can be measured', text)
    .option(
      '--scores <file>',
      'of a model of tables: write every row of the data with its −log p, to find what is odd',
      text,
    )
    .option(
      '--metrics <names>',
      `${metricNames()}; of texts: ${TEXT_METRICS.join(', ')}, the first three unless asked; what stands before "if asked" unless given`,
    )
    .option('--count <number>', 'measure only the first so many examples', integer(1))
    .option(
      '--drawn <count>',
      'samples for metrics of samples: as many as held-out images or rows, or 32 texts, unless given',
      integer(1),
    )
    .option(
      '--bootstrap <rounds>',
      'resamples of the held-out images or rows, of pieces of a held-out text, or of lines of texts, for 95% intervals',
      integer(1, 100_000),
    )
    .option('--samples <count>', 'draws of z, or of noise, for each example of a bound', integer(1, 100_000), 64)
    .option('--batch <size>', 'examples at once', integer(1), 100)
    .option('--seed <number>', 'seed of everything random', integer(0), 0)
    .action(([folder, ...others]: [string, ...string[]], options) =>
      dispatch('eval', async () => (await import('./commands/eval.js')).evaluation({ folder, others, ...options }, io)),
    );

  common(command('sweep', 'Train a model with many settings and say which are best; goes on where it was interrupted.'))
    .argument('<model>', 'a preset, see train', text)
    .requiredOption('--data <spec>', 'as train takes it', text)
    .requiredOption(
      '--space <file>',
      'JSON such as { "training.learningRate": { "logUniform": [0.0001, 0.01] } }',
      text,
    )
    .requiredOption('--out <folder>', 'where to keep the trials', text)
    .option('--strategy <name>', 'random, grid or halving (successive halving by three)', text, 'random')
    .option('--trials <count>', 'settings drawn at random', integer(1), 9)
    .option('--points <count>', 'values of each number on a grid', integer(1), 3)
    .option('--steps <count>', 'training steps of a trial, of halving those of the last', integer(1), 300)
    .option('--metric <name>', "what to compare; the model's first unless given", text)
    .option('--download', 'fetch mnist or fashion-mnist if it is not here')
    .option('--seed <number>', 'seed of everything random', integer(0), 0)
    .action((model, options) =>
      dispatch('sweep', async () => (await import('./commands/sweep.js')).sweep({ model, ...options }, io)),
    );

  const judging = json(command('judge', 'Serve a page on which people judge outputs blind, until Ctrl-C.'))
    .argument('<sets...>', 'NAME=FOLDER of pictures, recordings or texts, or NAME=FILE of lines, for each system')
    .option('--out <file>', 'the file of votes, to which each is added; goes on where it stopped', text)
    .option('--rate', 'one output at a time, 1 to 5, instead of pairs')
    .option('--votes <count>', 'how many are wanted of each rater', integer(1))
    .option('--overlap <count>', 'how many raters judge the same before the next is begun', integer(1), 1)
    .option('--active', 'turn to the pair of systems whose order is least certain')
    .option('--port <number>', 'where to listen, 0 for any that is free', integer(0, 65_535), 8081)
    .option('--host <name>', 'the address to listen at; 0.0.0.0 for everybody', text, '127.0.0.1')
    .option('--seed <number>', 'seed of orders and sides', integer(0), 0)
    .action((sets, options) =>
      dispatch('judge', async () => (await import('./commands/judge.js')).judge({ sets, ...options }, io)),
    );
  judging
    .command('report')
    .description('Say what votes come to: strengths with intervals, win rates, agreement.')
    .argument('<file>', 'a file of votes', text)
    .option('--csv <file>', 'write the votes as a table', text)
    .option('--html <file>', 'write the report as a page', text)
    .allowExcessArguments(false)
    .action((file, _options, report: Command) =>
      dispatch('judge report', async () =>
        (await import('./commands/judge-report.js')).judgeReport({ ...report.optsWithGlobals(), file }, io),
      ),
    );

  common(
    command('import', 'Make a checkpoint of a model from elsewhere, which sample, chat, eval and export then take.'),
  )
    .argument(
      '<source>',
      'a folder of Hugging Face or nanoGPT, a .gguf, a .bin of llama2.c, an address, hf:owner/name',
      text,
    )
    .requiredOption('--out <folder>', 'where to keep the checkpoint', text)
    .option('--tokenizer <file>', 'of a model without one: tokenizer.json, tokenizer.bin of llama2.c, or bytes', text)
    .option('--cache <folder>', 'where files of the hub are kept, ~/.cache/genai/hub unless given', text)
    .action((source, options) =>
      dispatch('import', async () => (await import('./commands/import.js')).importing({ source, ...options }, io)),
    );

  common(command('export', 'Write a trained model in a form that other programs read.'))
    .argument('<folder>', 'a folder that train or import wrote', text)
    .argument('<target>', 'the file to write, of hugging-face the folder', text)
    .requiredOption('--to <format>', 'safetensors, of transformers hugging-face or gguf', text)
    .option('--type <name>', 'of the weights: f32 or f16, of gguf also q8_0 or q4_0', text, 'f32')
    .action((folder, target, options) =>
      dispatch('export', async () =>
        (await import('./commands/export.js')).exporting({ folder, target, ...options }, io),
      ),
    );

  json(command('inspect', 'Say what a model is: its format, sizes, tensors and tokenizer.'))
    .argument('<source>', 'a folder, a safetensors or GGUF file, a .bin of llama2.c', text)
    .option('--tensors', 'list every tensor')
    .action((source, options) =>
      dispatch('inspect', async () => (await import('./commands/inspect.js')).inspecting({ source, ...options }, io)),
    );

  common(
    command('repro', 'Run a published protocol again and print our figure beside theirs; without a name, list them.'),
  )
    .argument('[name]', 'a protocol, such as vae-fashion')
    .option('--out <folder>', 'where runs are kept, to go on when interrupted', text, 'genai-repro')
    .option('--seed <number>', 'seed of everything random', integer(0), 0)
    .option('--limit <count>', 'at most so many epochs or steps, fewer than the protocol has', integer(1))
    .option('--data <spec>', 'other data than the protocol names, of the same form', text)
    .option('--download', 'fetch mnist or fashion-mnist if it is not here')
    .action((name, options) =>
      dispatch('repro', async () => (await import('./commands/repro.js')).repro({ name, ...options }, io)),
    );

  json(command('backends', 'Say which engines of TensorFlow.js work here.')).action((options) =>
    dispatch('backends', async () => (await import('./commands/backends.js')).backends(options, io)),
  );

  json(command('native', 'Compile the kernels of the engine simd for this processor, which koffi then loads.'))
    .argument('<action>', 'build, status or remove', text)
    .action((action, options) =>
      dispatch('native', async () => (await import('./commands/native.js')).native({ action, ...options }, io)),
    );

  genai.action((_options, { args }: Command) => {
    const names = genai.commands.map((c) => c.name());
    const [first] = args.filter((arg) => !arg.startsWith('-'));
    const [option] = args.filter((arg) => arg.startsWith('-') && arg !== '--json');
    if (first === undefined && option !== undefined)
      throw new UsageError(`unknown option '${option}'. See genai --help.`);
    throw new UsageError(
      first === undefined
        ? `no command given. Known: ${names.join(', ')}. See genai --help.`
        : `unknown command '${first}'. ${suggest(first, names)}`,
    );
  });
  genai.allowExcessArguments().allowUnknownOption(); // the action above says what is wrong with them
  return genai;
}

const BITS = [
  '--bits <count>',
  'of transformers: hold weights in 16, 8 or 4 bits, for less memory and more speed',
  bits,
] as const;

const json = (command: Command): Command =>
  command.option('--json', 'print nothing on stdout but one JSON object on its last line');

const common = (command: Command): Command =>
  json(command).option('--backend <name>', 'engine: auto, webgpu, webgl, simd, wasm, node, cpu', 'auto');

const metricNames = (): string =>
  FAMILIES.map(({ name, metrics, more }) => {
    const asked = more.length > 0 ? `, if asked ${more.join(', ')}` : '';
    return `${name}: ${metrics.join(', ')}${asked}`;
  }).join('; ');
