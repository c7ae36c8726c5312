import { readFaults } from '../platform/fault-schema.ts';
import type { FaultList } from '../platform/faults.ts';
import { api } from './endpoint-path.ts';
import { HttpError, type HttpAnswer } from './exchange.ts';
import type { Route } from './router.ts';

export function faultRoutes(faults: FaultList): readonly Route[] {
  return [
    {
      path: `${api}/faults`,
      methods: {
        GET: () => ({ statusCode: 200, json: faults.list() }),
        PUT: async (request) => replaceFaults(faults, await request.json()),
        DELETE: () => {
          faults.replace([]);
          return { statusCode: 204 };
        },
      },
    },
  ];
}

function replaceFaults(faults: FaultList, body: unknown): HttpAnswer {
  const read = readFaults(body);
  if ('problems' in read) throw new HttpError(400, 'this is not a list of faults', { details: read.problems });
  faults.replace(read.faults);
  return { statusCode: 200, json: faults.list() };
}
