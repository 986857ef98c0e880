/**
 * Models by format: loads DJL blocks, TorchScript modules and ONNX models on a device, refreshes
 * their weights, and runs them.
 */
@NullMarked
package io.ostinato.model;

import org.jspecify.annotations.NullMarked;
