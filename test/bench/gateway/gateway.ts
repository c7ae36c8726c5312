/** The figures of a gateway: many endpoints behind one connection, with the simulator's own broker as the server. */
import type { Cleanup } from '../cleanup.ts';
import type { Finding, Section } from '../findings.ts';
import type { Options } from '../options.ts';
import { medianOf } from '../statistics.ts';
import { gatewayLabels, type GatewayName, gatewayNames } from './contenders.ts';
import { formatGateway } from './report.ts';
import { RunningGateway } from './running-gateway.ts';

/** Medians, where there were several runs. */
export interface GatewayFigures {
  /** Seconds from the accepted CONNECT until the platform had the observe request of every endpoint. */
  readonly firstConnect: number;
  readonly reconnect: number;
  /** Microseconds of CPU time per endpoint; that of the first connect over what one with a single endpoint takes. */
  readonly firstConnectCpu: number;
  readonly reconnectCpu: number;
  /** Bytes per endpoint, after garbage collection: what a process with all of them has over one with a single endpoint. */
  readonly memory: number;
  /** The same of its heap. */
  readonly heap: number;
  /** The same of its memory at most. */
  readonly mostMemory: number;
  /** Microseconds of CPU time per confirmed sample, with a single endpoint and with all. */
  readonly cpuOfOne: number;
  readonly cpuOfAll: number;
  readonly cpuAllToOne: number;
  /** CPU time while nothing is sent, in percent of a core, with a single endpoint and with all. */
  readonly idleOfOne: number;
  readonly idleOfAll: number;
  /** Samples without outcome. */
  readonly lost: number;
  /** Endpoints that were not observed. */
  readonly missing: number;
}

/** Figures of the kaa nodes divided by those of MQTT.js alone. */
export type GatewayRatios = Pick<
  GatewayFigures,
  'firstConnect' | 'firstConnectCpu' | 'reconnect' | 'reconnectCpu' | 'cpuOfOne' | 'cpuOfAll' | 'cpuAllToOne'
>;

export interface GatewayResults {
  readonly endpoints: number;
  readonly figures: Readonly<Record<GatewayName, GatewayFigures>>;
  readonly ratios: GatewayRatios;
}

/** Measures the contenders by turns, so that a disturbance of the machine does not hit one alone. */
export async function measureGateway(options: Options, cleanup: Cleanup): Promise<Section<GatewayResults>> {
  const { repetitions, gatewayEndpoints: endpoints } = options;
  const measured: Record<GatewayName, GatewayFigures[]> = { raw: [], kaa: [] };
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    for (const name of gatewayNames) {
      console.error(`measuring: ${endpoints} endpoints, ${gatewayLabels[name]}`);
      measured[name].push(await measureContender(name, options, cleanup));
    }
  }
  const figures = { raw: summary(measured.raw), kaa: summary(measured.kaa) };
  const data = { endpoints, figures, ratios: ratiosOf(figures) };
  return { data, findings: findingsOf(endpoints, measured.kaa), text: formatGateway(data) };
}

function findingsOf(endpoints: number, measured: readonly GatewayFigures[]): readonly Finding[] {
  return [
    {
      name: `${endpoints.toLocaleString('en')} observed endpoints without traffic: CPU beyond that of one`,
      bound: 'at most',
      value: 0.5,
      unit: '% of a core',
      measured: measured.map(({ idleOfOne, idleOfAll }) => idleOfAll - idleOfOne),
    },
  ];
}

async function measureContender(name: GatewayName, options: Options, cleanup: Cleanup): Promise<GatewayFigures> {
  const { gatewayEndpoints: endpoints } = options;
  const one = await RunningGateway.start(name, 1, cleanup);
  const oneState = await one.contender.state();
  const oneWeight = await one.contender.weigh();
  const idleOfOne = await one.idle(options);
  const oneSamples = await one.send(options);
  await one.stop();

  const all = await RunningGateway.start(name, endpoints, cleanup);
  const allState = await all.contender.state();
  const allWeight = await all.contender.weigh();
  const idleOfAll = await all.idle(options);
  const reconnect = await all.reconnect();
  const allSamples = await all.send(options);
  await all.stop();

  const { firstConnect } = all;
  const perEndpoint = (ofAll: number, ofOne: number): number => (ofAll - ofOne) / (endpoints - 1);
  return {
    firstConnect: firstConnect.seconds,
    firstConnectCpu: perEndpoint(firstConnect.cpu, one.firstConnect.cpu),
    reconnect: reconnect.seconds,
    reconnectCpu: reconnect.cpu / endpoints,
    memory: perEndpoint(allWeight.memory, oneWeight.memory),
    heap: perEndpoint(allWeight.heap, oneWeight.heap),
    mostMemory: perEndpoint(allState.mostMemory, oneState.mostMemory),
    cpuOfOne: oneSamples.cpuPerTrip,
    cpuOfAll: allSamples.cpuPerTrip,
    cpuAllToOne: allSamples.cpuPerTrip / oneSamples.cpuPerTrip,
    idleOfOne,
    idleOfAll,
    lost: oneSamples.lost + allSamples.lost,
    missing: one.firstConnect.missing + firstConnect.missing + reconnect.missing,
  };
}

/** The median of each figure; what was lost or missing is summed up. */
function summary(figures: readonly GatewayFigures[]): GatewayFigures {
  const middle = (figure: keyof GatewayFigures): number => medianOf(figures, (each) => each[figure]);
  return {
    firstConnect: middle('firstConnect'),
    firstConnectCpu: middle('firstConnectCpu'),
    reconnect: middle('reconnect'),
    reconnectCpu: middle('reconnectCpu'),
    memory: middle('memory'),
    heap: middle('heap'),
    mostMemory: middle('mostMemory'),
    cpuOfOne: middle('cpuOfOne'),
    cpuOfAll: middle('cpuOfAll'),
    cpuAllToOne: middle('cpuAllToOne'),
    idleOfOne: middle('idleOfOne'),
    idleOfAll: middle('idleOfAll'),
    lost: figures.reduce((sum, { lost }) => sum + lost, 0),
    missing: figures.reduce((sum, { missing }) => sum + missing, 0),
  };
}

function ratiosOf({ raw, kaa }: GatewayResults['figures']): GatewayRatios {
  const ratio = (figure: keyof GatewayRatios): number => kaa[figure] / raw[figure];
  return {
    firstConnect: ratio('firstConnect'),
    firstConnectCpu: ratio('firstConnectCpu'),
    reconnect: ratio('reconnect'),
    reconnectCpu: ratio('reconnectCpu'),
    cpuOfOne: ratio('cpuOfOne'),
    cpuOfAll: ratio('cpuOfAll'),
    cpuAllToOne: ratio('cpuAllToOne'),
  };
}
