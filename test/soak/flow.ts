/** The flow of the soak, and what Node-RED's settings hold for it. */
import { fileURLToPath } from 'node:url';
import type { FlowNode } from '../support/node-red.ts';

export const commandType = 'run';

export const telemetryNode = 'telemetry';

/** The nodes of ours with a status. */
const kaaNodes = [telemetryNode, 'receive', 'respond'] as const;

/** Those that take messages. */
export const provokedNodes = [telemetryNode, 'respond'] as const;

export function tokensOf(endpoints: number): readonly string[] {
  return Array.from({ length: endpoints }, (_, index) => `soak-${String(index).padStart(5, '0')}`);
}

/** Code for settings.js: the probe, and the tokens for the list of further endpoints. */
export function settingsOf(tokens: readonly string[]): string {
  const probe = fileURLToPath(new URL('probe.ts', import.meta.url));
  const list = JSON.stringify(tokens);
  return `functionGlobalContext: { tokens: ${list}, soak: new (require(${JSON.stringify(probe)}).Probe)(${list}) }`;
}

const place = { z: 'tab', x: 0, y: 0 } as const;

function node(id: string, type: string, next: readonly string[], properties: object): FlowNode {
  return { id, type, ...place, wires: [next], ...properties };
}

function code(id: string, func: string, ...outputs: readonly (readonly string[])[]): FlowNode {
  const properties = { func: `const soak = global.get('soak');\n${func}`, outputs: outputs.length, wires: outputs };
  return node(id, 'function', [], properties);
}

export function soakFlow(url: string): FlowNode[] {
  const endpoint = 'endpoint';
  return [
    { id: 'tab', type: 'tab', label: 'Soak' },
    { id: endpoint, type: 'kaa-endpoint', url, appVersion: 'soak-v1' },

    node('tick', 'inject', ['feed'], { repeat: '0.05', once: true, onceDelay: '0.1', props: [] }),
    code('feed', 'return [soak.due()];', [telemetryNode]),
    node(telemetryNode, 'kaa-telemetry', ['stored'], { endpoint, delivery: 'stored', timestamp: 'epoch' }),
    code('stored', 'soak.stored();'),

    node('receive', 'kaa-command', ['run'], {
      endpoint,
      mode: 'receive',
      commandType,
      tokens: 'tokens',
      tokensType: 'global',
    }),
    code('run', `soak.received(msg.token, msg.commandId);\nreturn { ...msg, payload: 'done' };`, ['respond']),
    node('respond', 'kaa-command', ['responded'], { endpoint, mode: 'respond' }),
    code('responded', 'soak.responded();'),

    node('catch', 'catch', ['caught'], { scope: null }),
    code('caught', 'soak.caught(msg.error.source.id, msg.error.code, msg.payload?.n);'),
    node('status', 'status', ['told'], { scope: kaaNodes }),
    code('told', 'soak.status(msg.status.source.id, msg.status.kaa);'),

    node('rate', 'http in', ['setRate'], { url: '/feed/:rate', method: 'get' }),
    code('setRate', 'soak.feed(Number(msg.req.params.rate));\nreturn { ...msg, payload: {} };', ['answer']),
    node('provoke', 'http in', ['refuse'], { url: '/provoke', method: 'get' }),
    code(
      'refuse',
      `return [{ token: global.get('tokens')[0] }, { ...msg, payload: {} }];`,
      [telemetryNode, 'respond'],
      ['answer'],
    ),
    node('look', 'http in', ['report'], { url: '/report', method: 'get' }),
    code('report', 'return { ...msg, payload: soak.report() };', ['answer']),
    node('collect', 'http in', ['liveHeap'], { url: '/live-heap', method: 'get' }),
    code('liveHeap', 'return { ...msg, payload: { bytes: soak.liveHeap() } };', ['answer']),
    node('answer', 'http response', [], {}),
  ];
}
