// Mocha's usual report, closed by one plain line that tools can read.
'use strict';
const { reporters } = require('mocha');
const { closingLine } = require('./closing-line.ts');

module.exports = class extends reporters.Spec {
  epilogue() {
    super.epilogue();
    const { passes, failures, pending } = this.stats;
    // Under test/run.ts this may be a part of the run, which it sums up.
    if (process.connected) process.send({ passes, failures, pending });
    else console.log(closingLine({ passes, failures, pending }));
  }
};
