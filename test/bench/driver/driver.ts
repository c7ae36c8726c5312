/**
 * The Node-RED node that drives the contenders made of nodes: samples leave by its output, and the same messages come
 * back to its input when they have their outcome.
 */
import type { Node, NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red';
import { ClosedLoop } from '../closed-loop.ts';
import { sample } from '../endpoint.ts';
import { serve } from '../serve.ts';

interface TicketMessage extends NodeMessageInFlow {
  ticket: number;
}

export default function register(RED: NodeAPI): void {
  function Driver(this: Node, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    const loop = new ClosedLoop((ticket) => this.send({ ticket, payload: sample(ticket) }));
    this.on('input', (message, _send, done) => {
      loop.settled((message as TicketMessage).ticket);
      done();
    });
    void serve(loop);
  }

  RED.nodes.registerType('kaa-bench-driver', Driver);
}
