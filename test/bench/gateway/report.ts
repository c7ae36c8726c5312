/** The figures of a gateway for people. */
import { formatTable } from '../table.ts';
import { gatewayLabels } from './contenders.ts';
import { commandFilters, observeWindow } from './endpoints.ts';
import type { GatewayFigures, GatewayRatios, GatewayResults } from './gateway.ts';
import { sampleWindow } from './running-gateway.ts';

type Row = readonly [label: string, figure: keyof GatewayFigures, decimals: number];

export function formatGateway({ endpoints, figures, ratios }: GatewayResults): string {
  const rows: readonly Row[] = [
    ['first connect, s', 'firstConnect', 2],
    ['reconnect, s', 'reconnect', 2],
    ['CPU of a first connect, µs per endpoint', 'firstConnectCpu', 0],
    ['CPU of a reconnect, µs per endpoint', 'reconnectCpu', 0],
    ['memory, bytes per endpoint', 'memory', 0],
    ['heap in it', 'heap', 0],
    ['memory at most, bytes per endpoint', 'mostMemory', 0],
    ['CPU µs per sample, 1 endpoint', 'cpuOfOne', 1],
    [`CPU µs per sample, ${endpoints} endpoints`, 'cpuOfAll', 1],
    [`${endpoints} endpoints to 1`, 'cpuAllToOne', 2],
    ['idle, % of a core, 1 endpoint', 'idleOfOne', 2],
    [`idle, % of a core, ${endpoints} endpoints`, 'idleOfAll', 2],
    ['lost samples', 'lost', 0],
    ['endpoints not observed', 'missing', 0],
  ];
  return [
    `${endpoints} endpoints behind one connection, on the simulator's embedded broker. Connect: from the accepted CONNECT`,
    `until the platform has the observe requests of kaa-command for all, ${observeWindow} outstanding; MQTT.js alone sends the`,
    `same, ${commandFilters('').length} filters for each endpoint. Memory: of the process after garbage collection and, at most,`,
    `before it, over what it has with one endpoint. Samples: confirmed, ${sampleWindow} outstanding, for all endpoints in turn.`,
    '',
    formatTable(
      ['figure', gatewayLabels.raw, gatewayLabels.kaa, 'ratio'],
      rows.map(([label, figure, decimals]) => [
        label,
        figures.raw[figure].toFixed(decimals),
        figures.kaa[figure].toFixed(decimals),
        ...(isRatio(figure, ratios) ? [ratios[figure].toFixed(2)] : []),
      ]),
      1,
    ),
  ].join('\n');
}

function isRatio(figure: string, ratios: GatewayRatios): figure is keyof GatewayRatios {
  return figure in ratios;
}
