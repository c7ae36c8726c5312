/** A simulator, MQTT.js clients and readers of the control API, all ended together. */
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { startSimulator, type Simulator, type SimulatorOptions } from '../../src/simulator/simulator.ts';

export interface Received {
  readonly topic: string;
  readonly payload: string;
  readonly qos: number;
}

/** A device: one MQTT connection and everything it received. */
export class Device {
  readonly client: MqttClient;
  readonly received: Received[] = [];
  #wake: () => void = () => undefined;

  constructor(client: MqttClient) {
    this.client = client;
    client.on('error', () => undefined);
    client.on('message', (topic, payload, { qos }) => {
      this.received.push({ topic, payload: payload.toString(), qos });
      this.#wake();
    });
  }

  async publish(topic: string, payload: string | Buffer = '', qos: 0 | 1 | 2 = 0): Promise<void> {
    await this.client.publishAsync(topic, payload, { qos });
  }

  /** The first message on a topic, or the one behind `skip` others, received already or to come. */
  async message(topic: string, skip = 0): Promise<Received> {
    for (;;) {
      const found = this.received.filter((each) => each.topic === topic)[skip];
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Publishes a request with a request ID and waits for its success. */
  async accepted(topic: string, payload: string | Buffer = '', qos: 0 | 1 | 2 = 0): Promise<Received> {
    await this.publish(topic, payload, qos);
    return this.message(`${topic}/status`);
  }

  /** Publishes a request with a request ID and waits for its success, whose JSON is returned. */
  async asked(topic: string, body?: unknown): Promise<unknown> {
    const { payload } = await this.accepted(topic, body === undefined ? '' : JSON.stringify(body));
    return JSON.parse(payload);
  }

  /** The JSON of a push, the first or the one behind `skip` others. */
  async pushed(topic: string, skip = 0): Promise<unknown> {
    const { payload } = await this.message(topic, skip);
    return JSON.parse(payload);
  }

  /** Publishes a request and waits for its refusal, whose body is returned. */
  async rejected(topic: string, payload: string | Buffer = ''): Promise<{ statusCode: number; reasonPhrase: string }> {
    await this.publish(topic, payload);
    const { payload: body } = await this.message(`${topic}/error`);
    return JSON.parse(body) as { statusCode: number; reasonPhrase: string };
  }

  topics(): string[] {
    return this.received.map(({ topic }) => topic);
  }

  /** Resolves when the connection is gone. */
  async closed(): Promise<void> {
    if (this.client.disconnected) return;
    await new Promise<void>((resolve) => {
      this.client.once('close', () => resolve());
    });
  }
}

/** Reads server-sent events. */
export class EventReader {
  readonly #reader: ReadableStreamDefaultReader<string>;
  #text = '';

  constructor(response: Response) {
    if (response.body === null) throw new Error('no stream');
    this.#reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** The next event that satisfies a condition; undefined when the stream ends. */
  async next(condition: (event: Record<string, unknown>) => boolean): Promise<Record<string, unknown> | undefined> {
    for (;;) {
      const end = this.#text.indexOf('\n\n');
      if (end >= 0) {
        const block = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 2);
        if (!block.startsWith('data: ')) continue;
        const event = JSON.parse(block.slice('data: '.length)) as Record<string, unknown>;
        if (condition(event)) return event;
        continue;
      }
      const { done, value } = await this.#reader.read();
      if (done) return undefined;
      this.#text += value;
    }
  }
}

/** Starts and ends what a test needs. */
export class Bench {
  readonly #devices: Device[] = [];
  readonly #simulators: Simulator[] = [];
  readonly #abort = new AbortController();

  async simulator(options: SimulatorOptions = {}): Promise<Simulator> {
    const simulator = await startSimulator({ mqttPort: 0, httpPort: 0, ...options });
    this.#simulators.push(simulator);
    return simulator;
  }

  async device(url: string, options: IClientOptions = {}): Promise<Device> {
    const client = await connectAsync(url, { reconnectPeriod: 0, protocolVersion: 4, ...options }, false);
    const device = new Device(client);
    this.#devices.push(device);
    return device;
  }

  /** Subscribes to the simulator's events. */
  async events({ httpUrl }: Simulator, query = ''): Promise<EventReader> {
    return new EventReader(await fetch(`${httpUrl}/api/v1/events${query}`, { signal: this.#abort.signal }));
  }

  async close(): Promise<void> {
    this.#abort.abort();
    for (const { client } of this.#devices) client.end(true);
    await Promise.all(this.#simulators.map((simulator) => simulator.close()));
  }
}

/** The JSON that the control API answers with. */
export async function getJson(simulator: Simulator, path: string): Promise<unknown> {
  const response = await fetch(`${simulator.httpUrl}/api/v1/${path}`);
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.json();
}

/** Sends JSON to the control API; without body an empty one. */
export async function send(
  { httpUrl }: Simulator,
  method: 'PUT' | 'PATCH' | 'POST' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<Response> {
  const payload = body === undefined ? null : JSON.stringify(body);
  return fetch(`${httpUrl}/api/v1/${path}`, { method, body: payload });
}

/** Creates a command through the control API; returns its ID. */
export async function postCommand(simulator: Simulator, path: string, payload?: unknown): Promise<number> {
  const response = await send(simulator, 'POST', `endpoints/${path}`, payload);
  if (response.status !== 201) throw new Error(`${path} answered ${response.status}`);
  return ((await response.json()) as { id: number }).id;
}

/** Assigns a configuration or software through the control API; returns its ID. */
export async function assign(simulator: Simulator, path: string, body: unknown): Promise<string> {
  const response = await send(simulator, 'PUT', `endpoints/${path}`, body);
  if (response.status !== 200) throw new Error(`${path} answered ${response.status}`);
  return ((await response.json()) as { configId: string }).configId;
}

export async function putFaults({ httpUrl }: Simulator, faults: unknown): Promise<Response> {
  return fetch(`${httpUrl}/api/v1/faults`, { method: 'PUT', body: JSON.stringify(faults) });
}
