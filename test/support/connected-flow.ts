/** Endpoints in a real Node-RED, each with a node that sends and one that receives, and what can be seen of them from outside. */
import type { FlowNode, NodeRed } from './node-red.ts';

export interface TestEndpoint {
  /** Of the nodes; the token follows from it. */
  readonly name: string;
  readonly url: string;
  /** Properties of a core tls-config node. */
  readonly tls?: Readonly<Record<string, unknown>>;
  readonly login?: { readonly username: string; readonly password: string };
}

export interface SeenStatus {
  readonly fill: string;
  readonly text: string;
  readonly kaa: { readonly state: string; readonly reason?: string };
}

export interface Answer {
  readonly status: number;
  readonly code?: string;
  readonly message?: string;
}

export interface LogLine {
  readonly level: string;
  readonly text: string;
}

export const tokenOf = (name: string): string => `${name}-secret`;

const place = { z: 'tab', x: 0, y: 0 };

function httpIn(url: string, method: string, next: string): FlowNode {
  return { ...place, id: `${method}${url}`, type: 'http in', url, method, wires: [[next]] };
}

function code(id: string, func: string, wires: readonly (readonly string[])[]): FlowNode {
  return { ...place, id, type: 'function', func, outputs: wires.length, wires };
}

const keepStatus = `
  const statuses = global.get('statuses') ?? {};
  statuses[msg.status.source.name] = msg.status;
  global.set('statuses', statuses);`;

const keepCommand = `
  const commands = global.get('commands') ?? [];
  commands.push(msg.payload.name);
  global.set('commands', commands);`;

const refuse = `
  const { code, message } = msg.error;
  return { ...msg, statusCode: 500, payload: { code, message } };`;

/** Which telemetry node gets a sample. */
function choose(names: readonly string[]): string {
  return `
    const { name, sample } = msg.payload;
    msg.payload = sample;
    return ${JSON.stringify(names)}.map((each) => (each === name ? msg : null));`;
}

/** As the editor saves one that nothing was put into. */
const savedTls = {
  type: 'tls-config',
  cert: '',
  key: '',
  ca: '',
  servername: '',
  alpnprotocol: '',
  verifyservercert: true,
};

const respondId = (name: string): string => `${name}-respond`;

function endpointNodes({ name, url, tls, login }: TestEndpoint): FlowNode[] {
  const id = `${name}-endpoint`;
  const node = { ...place, endpoint: id, name };
  return [
    {
      id,
      type: 'kaa-endpoint',
      name,
      url,
      appVersion: 'v1',
      ...(tls === undefined ? {} : { tls: `${name}-tls` }),
      credentials: { token: tokenOf(name), ...login },
    },
    ...(tls === undefined ? [] : [{ ...savedTls, id: `${name}-tls`, name, ...tls }]),
    { ...node, id: `${name}-telemetry`, type: 'kaa-telemetry', wires: [['answer']] },
    { ...node, id: `${name}-command`, type: 'kaa-command', commandType: 'switch', wires: [['keep-command']] },
    // By its wire the flow is sound; no message takes it.
    { ...node, id: respondId(name), name: '', type: 'kaa-command', mode: 'respond', wires: [[]] },
  ];
}

function flowOf(endpoints: readonly TestEndpoint[]): FlowNode[] {
  const names = endpoints.map(({ name }) => name);
  return [
    { id: 'tab', type: 'tab' },
    ...endpoints.flatMap(endpointNodes),
    httpIn('/sample', 'post', 'choose'),
    code(
      'choose',
      choose(names),
      names.map((name) => [`${name}-telemetry`]),
    ),
    { ...place, id: 'catch', type: 'catch', scope: names.map((name) => `${name}-telemetry`), wires: [['refuse']] },
    code('refuse', refuse, [['answer']]),
    {
      ...place,
      id: 'status',
      type: 'status',
      scope: names.map((name) => `${name}-telemetry`),
      wires: [['keep-status']],
    },
    code('keep-status', keepStatus, []),
    code('keep-command', keepCommand, [names.map(respondId)]),
    httpIn('/seen', 'get', 'tell'),
    code(
      'tell',
      `msg.payload = { statuses: global.get('statuses') ?? {}, commands: global.get('commands') ?? [] }; return msg;`,
      [['answer']],
    ),
    { ...place, id: 'answer', type: 'http response', wires: [] },
  ];
}

interface Seen {
  readonly statuses: Readonly<Record<string, SeenStatus>>;
  /** Names of the endpoints that received theirs. */
  readonly commands: readonly string[];
}

export class ConnectedFlow {
  readonly #nodeRed: NodeRed;
  /** Where the output of Node-RED stood when the flow was first deployed. */
  #start = 0;

  constructor(nodeRed: NodeRed) {
    this.#nodeRed = nodeRed;
  }

  async deploy(endpoints: readonly TestEndpoint[]): Promise<void> {
    this.#start = this.#nodeRed.output.length;
    await this.#nodeRed.deploy(flowOf(endpoints));
    await this.seen(() => true);
  }

  /** Deploys what has changed, and nothing else. */
  async change(endpoints: readonly TestEndpoint[]): Promise<void> {
    await this.#nodeRed.deploy(flowOf(endpoints), 'nodes');
  }

  /** Sends one sample. */
  async feed(name: string): Promise<Answer> {
    const response = await fetch(`${this.#nodeRed.url}/sample`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name, sample: { name } }),
    });
    return { status: response.status, ...((await response.json()) as Partial<Answer>) };
  }

  /** Waits until the flow has seen something. */
  async seen(condition: (seen: Seen) => boolean): Promise<Seen> {
    for (;;) {
      const response = await fetch(`${this.#nodeRed.url}/seen`);
      // A deploy is answered before its flow runs.
      const seen = response.ok ? ((await response.json()) as Seen) : undefined;
      if (seen !== undefined && condition(seen)) return seen;
      await new Promise((resolve) => {
        setTimeout(resolve, 20);
      });
    }
  }

  /** Waits until the telemetry node of an endpoint shows something. */
  async shows(name: string, condition: (status: SeenStatus) => boolean): Promise<SeenStatus> {
    const has = (status: SeenStatus | undefined): boolean => status !== undefined && condition(status);
    const { statuses } = await this.seen((seen) => has(seen.statuses[name]));
    const status = statuses[name];
    if (status === undefined) throw new Error(`no status of ${name}`);
    return status;
  }

  /** What the endpoint and its nodes have written to the log since the deploy. */
  log(name: string): readonly LogLine[] {
    const pattern = /\[(\w+)\] \[(?:kaa|tls)-[a-z]+:([\w-]+)\] (.*)/;
    return this.#nodeRed.output
      .slice(this.#start)
      .split('\n')
      .map((line) => pattern.exec(line))
      .filter((match) => match?.[2] === name)
      .map((match) => ({ level: match?.[1] ?? '', text: match?.[3] ?? '' }));
  }

  /** Its lines that tell of trouble. */
  complaints(name: string): readonly string[] {
    return this.log(name)
      .filter(({ level }) => level !== 'info')
      .map(({ text }) => text);
  }
}
