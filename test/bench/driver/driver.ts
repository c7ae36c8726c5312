/**
 * The Node-RED node that drives the contenders made of nodes: samples leave by its output, and the same messages come
 * back to its input when they have their outcome.
 */
import type { Node, NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red';
import { ClosedLoop } from '../closed-loop.ts';
import { sample } from '../endpoint.ts';
import { serve } from '../serve.ts';

interface DriverDefinition extends NodeDef {
  /** Where the global context has the tokens of the endpoints that samples are for in turn; else they name none. */
  tokens?: string;
}

interface TicketMessage extends NodeMessageInFlow {
  ticket: number;
}

export default function register(RED: NodeAPI): void {
  function Driver(this: Node, definition: DriverDefinition): void {
    RED.nodes.createNode(this, definition);
    const { tokens } = definition;
    const endpoints = tokens === undefined ? [] : (this.context().global.get(tokens) as readonly string[]);
    const loop = new ClosedLoop((ticket) => {
      const token = endpoints[ticket % endpoints.length];
      this.send({ ticket, payload: sample(ticket), ...(token === undefined ? {} : { token }) });
    });
    this.on('input', (message, _send, done) => {
      loop.settled((message as TicketMessage).ticket);
      done();
    });
    void (tokens === undefined ? serve(loop) : serve(loop, Promise.resolve()));
  }

  RED.nodes.registerType('kaa-bench-driver', Driver);
}
