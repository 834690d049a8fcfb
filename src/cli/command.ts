import { parseArgs, type ParseArgsConfig } from 'node:util';
import { loadRemote } from '../platform/config/load.js';
import { RemoteService } from './remote/remote-service.js';

type OptionList = NonNullable<ParseArgsConfig['options']>;

/** One thing that `keyturn` can do. */
export interface Command {
  /** What is typed, e.g. `remind` or `audit verify`. */
  name: string;
  /** One line for the list of commands. */
  summary: string;
  /** What `--help` prints. */
  help: string;
  /** The exit status of a wrong call, a wrong configuration or a refusal. */
  faultStatus: number;
  /**
   * @param args what follows the name
   * @returns the exit status
   */
  run(args: string[]): Promise<number>;
}

interface Form<Options extends OptionList> {
  name: string;
  summary: string;
  /** Names of the arguments without a dash; `<name>` must be given, `[name]` may be left out. */
  places?: string[];
  options: Options;
  /** Explains options and exit statuses, below the line of usage. */
  details: string;
  faultStatus?: number;
}

type Values<Options extends OptionList> = ReturnType<
  typeof parseArgs<{ options: Options; strict: true; allowPositionals: true }>
>['values'];

/**
 * Describes a command; options that it does not name are refused.
 * @param runElsewhere against a service on another machine; absent where it needs the database
 */
export function command<const Options extends OptionList>(
  { name, summary, places = [], options, details, faultStatus = 2 }: Form<Options>,
  run: (values: Values<Options>, places: string[]) => Promise<number>,
  runElsewhere?: (
    service: RemoteService,
    values: Values<Options>,
    places: string[],
  ) => Promise<number>,
): Command {
  const usage = ['Usage: keyturn', name, ...places, ...optionTexts(options)].join(' ');
  const help = `${usage}\n\n${summary}\n\n${details.replace(/^\n/, '')}`;
  const needed = places.filter((place) => place.startsWith('<')).length;
  return {
    name,
    summary,
    help,
    faultStatus,
    run(args) {
      const parsed = parseArgs({ args, options, strict: true, allowPositionals: true });
      const { positionals } = parsed;
      if (positionals.length < needed || positionals.length > places.length) {
        throw new RangeError(help);
      }
      const remote = loadRemote();
      if (!remote) return run(parsed.values, positionals);
      if (runElsewhere) return runElsewhere(new RemoteService(remote), parsed.values, positionals);
      throw new RangeError(
        `"keyturn ${name}" needs the database: run it on the server, without KEYTURN_URL.`,
      );
    },
  };
}

function optionTexts(options: OptionList): string[] {
  return Object.entries(options).map(([name, { type }]) =>
    type === 'string' ? `[--${name} <${name}>]` : `[--${name}]`,
  );
}

export function print(text: string): 0 {
  console.log(text);
  return 0;
}
