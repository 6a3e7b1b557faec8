import { spawn } from 'node:child_process';
import { workspace } from './neartime.ts';

/** A command that ended with another exit code than 0, with the last that it said. */
export class CommandFailed extends Error {
  override name = 'CommandFailed';
}

/** Whether images are built from the sources first; those that are missing are in any case. */
interface Building {
  readonly build: boolean;
}

const flags = ({ build }: Building): string[] => (build ? ['--build'] : []);

/** The stack of docker-compose.yml. Which one of several is meant is `COMPOSE_PROJECT_NAME`, as always with Compose. */
export const stack = {
  /** Builds what has changed, starts what does not run, and waits until all of it is healthy. */
  up: (building: Building) => compose('up', '-d', '--wait', ...flags(building)),

  /** Runs a service of one go to its end, and gives what it printed. */
  run: (service: string, building: Building) => compose('run', '--rm', '-T', ...flags(building), service),

  /** Where a port of a service is reached from this machine. */
  port: (service: string, port: number) => compose('port', service, String(port)),

  /** The last lines that a service logged. */
  logs: (service: string, lines = 15) => compose('logs', '--no-log-prefix', '--tail', String(lines), service),

  /** Ends all containers and forgets what they kept. */
  down: () => compose('down', '--volumes', '--remove-orphans'),
} as const;

async function compose(...args: string[]): Promise<string> {
  const child = spawn('docker', ['compose', ...args], { cwd: workspace, stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err]: [string[], string[]] = [[], []];
  child.stdout.setEncoding('utf8').on('data', (text: string) => void out.push(text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => void err.push(text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code === 0) return out.join('').trim();
  const said = err.join('').trimEnd().split('\n').slice(-15).join('\n');
  throw new CommandFailed(`docker compose ${args.join(' ')}: exit code ${code}\n${said}`);
}
