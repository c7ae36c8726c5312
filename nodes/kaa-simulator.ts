import { resolve } from 'node:path';
import type { Node, NodeAPI, NodeDef, NodeStatus } from 'node-red';
import { choices } from '../src/protocol/choices.ts';
import { asError, KaaConfigError, KaaError } from '../src/protocol/errors.ts';
import { wording } from '../src/protocol/wording.ts';
import { Deploys } from '../src/runtime/deploys.ts';
import { wordsOf } from '../src/runtime/error-language.ts';
import { listenToFlows } from '../src/runtime/flow-events.ts';
import { choiceProperty, numberProperty, type Properties, textProperty } from '../src/runtime/properties.ts';
import { presentProperties } from '../src/runtime/saved-node.ts';
import { sharedTexts } from '../src/runtime/texts.ts';
import type { HostedSettings, HostedState } from '../src/simulator/hosting/hosted-simulator.ts';
import type { HostedSimulators, SimulatorUser } from '../src/simulator/hosting/hosted-simulators.ts';

/** Demanded of clients, if any; kept by Node-RED apart from the flow, encrypted. */
interface SimulatorCredentials {
  username?: string;
  password?: string;
}

type WorkingState = Exclude<HostedState, { readonly name: 'failed' }>;

/** The simulators of this process; loaded with the first node that needs one. */
let simulators: Promise<HostedSimulators> | undefined;

const deploys = new Deploys(() => {
  simulators?.then(
    (all) => all.keepUsed(),
    // The nodes have told that it could not be loaded.
    () => undefined,
  );
});

function loadSimulators(): Promise<HostedSimulators> {
  simulators ??= load();
  return simulators;
}

async function load(): Promise<HostedSimulators> {
  try {
    const { HostedSimulators: Hosted } = await import('../src/simulator/hosting/hosted-simulators.ts');
    return new Hosted();
  } catch (error) {
    // The next deploy may find what is missing now.
    simulators = undefined;
    throw error;
  }
}

export default function register(RED: NodeAPI): void {
  listenToFlows(RED, deploys);

  function translate(key: string, values: Record<string, string | number> = {}): string {
    return RED._(`@kaa-community/node-red-kaa/kaa-simulator:kaa-simulator.${key}`, values);
  }

  function wordsOfError(error: Error): string {
    return error instanceof KaaError ? wordsOf(error.wording, sharedTexts(RED)) : error.message;
  }

  function statusOf(state: WorkingState): NodeStatus {
    switch (state.name) {
      case 'starting':
        return { fill: 'yellow', shape: 'ring', text: translate('status.starting') };
      case 'running':
      case 'elsewhere': {
        const { mqttUrl: mqtt, httpUrl: http, connected } = state;
        const shape = state.name === 'running' ? 'dot' : 'ring';
        return { fill: 'green', shape, text: translate(`status.${state.name}`, { mqtt, http, connected }) };
      }
    }
  }

  function settingsOf(node: Node<SimulatorCredentials>, definition: Properties): HostedSettings {
    const properties = presentProperties(node.type, definition);
    const stateFile = textProperty(properties, 'stateFile', '');
    const { username = '', password = '' } = node.credentials ?? {};
    const settings = {
      mqttPort: numberProperty(properties, 'mqttPort'),
      httpPort: numberProperty(properties, 'httpPort'),
      host: textProperty(properties, 'host', '127.0.0.1'),
      mode: choiceProperty(properties, 'mode', choices['kaa-simulator'].mode),
      // Relative to the user directory, wherever Node-RED was started.
      ...(stateFile === '' ? {} : { stateFile: resolve(RED.settings.userDir ?? '', stateFile) }),
      ...(username === '' ? {} : { auth: { user: username, password } }),
    };
    if (settings.mqttPort === settings.httpPort) throw new KaaConfigError(wording('config.samePorts'));
    return settings;
  }

  function KaaSimulator(this: Node<SimulatorCredentials>, definition: NodeDef & Properties): void {
    RED.nodes.createNode(this, definition);
    let told = '';
    const fail = (thrown: unknown): void => {
      const message = wordsOfError(asError(thrown));
      this.status({ fill: 'red', shape: 'ring', text: message });
      if (message !== told) this.error(message);
      told = message;
    };
    const user: SimulatorUser = {
      show: (state) => {
        if (state.name === 'failed') fail(state.error);
        else this.status(statusOf(state));
      },
      warn: ({ message }) => this.warn(message),
    };
    const loaded = loadSimulators();
    const using = loaded.then((all) => all.use(settingsOf(this, definition), user));
    void using.catch(fail);

    this.on('close', (removed: boolean, done: () => void) => {
      const successor = !removed && deploys.underWay;
      const left = loaded.then((all) => all.leave(user, successor));
      // Where it could not be loaded, the node has told so.
      void left.catch(() => undefined).finally(done);
    });
  }

  RED.nodes.registerType<Node<SimulatorCredentials>, NodeDef & Properties, object, SimulatorCredentials>(
    'kaa-simulator',
    KaaSimulator,
    { credentials: { username: { type: 'text' }, password: { type: 'password' } } },
  );
}
