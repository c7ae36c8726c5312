import { readFileSync } from 'node:fs';

export interface DemoNode {
  readonly id: string;
  readonly type: string;
  readonly credentials?: object;
  readonly [property: string]: unknown;
}

/** Id of the endpoint that all examples share. */
const sharedEndpoint = '6b61610000000005';

/**
 * The plant of `npm start`, at the simulator's ports. At other ones than those of the examples it has an endpoint of its
 * own, so that an example which is imported beside it brings one that leads to the example's simulator.
 */
export function demoFlow({ mqttPort, httpPort }: { mqttPort: number; httpPort: number }): DemoNode[] {
  const text = readFileSync(new URL('../examples/plant.json', import.meta.url), 'utf8')
    .replaceAll('127.0.0.1:1883', `127.0.0.1:${mqttPort}`)
    .replaceAll('127.0.0.1:1884', `127.0.0.1:${httpPort}`)
    .replace('"mqttPort": "1883"', `"mqttPort": "${mqttPort}"`)
    .replace('"httpPort": "1884"', `"httpPort": "${httpPort}"`);
  const isShared = mqttPort === 1883 && httpPort === 1884;
  return JSON.parse(isShared ? text : text.replaceAll(sharedEndpoint, '6b616106000000e0')) as DemoNode[];
}
