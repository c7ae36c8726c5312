import { answered } from '../platform/outcome.ts';
import type { Handler } from './handler.ts';

/** The API document, "Get upload token": a fresh one for every request. */
export const answerBlobToken: Handler = ({ endpoint }) => answered({ token: endpoint.uploadTokens.issue() });
