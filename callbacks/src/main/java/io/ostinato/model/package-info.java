/**
 * Models by format: DJL blocks, TorchScript modules and ONNX models, how each is loaded on a
 * device, given other weights, and run.
 */
@NullMarked
package io.ostinato.model;

import org.jspecify.annotations.NullMarked;
