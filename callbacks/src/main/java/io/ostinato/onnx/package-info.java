/** Reads the protocol buffers of ONNX models, without an engine. */
@NullMarked
package io.ostinato.onnx;

import org.jspecify.annotations.NullMarked;
