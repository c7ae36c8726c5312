import type { Publication } from './assignment.ts';
import type { UnchangedForm } from './variants.ts';

const ok = { statusCode: 200, reasonPhrase: 'OK' };

/** 7/CMP: the body of an answer or a push that carries a configuration; undefined stands for none assigned. */
export function configurationBody(published: Publication | undefined): unknown {
  if (published === undefined) return { configId: '', config: null, ...ok };
  const { configId, config } = published;
  return { configId, config, ...ok };
}

/** The body by which a server says that the endpoint has the current configuration; undefined is an empty payload. */
export function unchangedBody(configId: string, form: UnchangedForm): unknown {
  switch (form) {
    case 'id':
      return { configId, statusCode: 200 };
    case 'empty':
      return undefined;
    case 'null':
      return null;
    case 'object':
      return {};
    case '304':
      return { statusCode: 304 };
  }
}
