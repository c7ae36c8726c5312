import { readFileSync } from 'node:fs';

export interface DemoNode {
  readonly id: string;
  readonly type: string;
  readonly credentials?: object;
  readonly [property: string]: unknown;
}

/** The plant of `npm start`, at the simulator's ports. */
export function demoFlow({ mqttPort, httpPort }: { mqttPort: number; httpPort: number }): DemoNode[] {
  const text = readFileSync(new URL('../examples/plant.json', import.meta.url), 'utf8')
    .replaceAll('127.0.0.1:1883', `127.0.0.1:${mqttPort}`)
    .replaceAll('127.0.0.1:1884', `127.0.0.1:${httpPort}`)
    .replace('"mqttPort": "1883"', `"mqttPort": "${mqttPort}"`)
    .replace('"httpPort": "1884"', `"httpPort": "${httpPort}"`);
  return JSON.parse(text) as DemoNode[];
}
