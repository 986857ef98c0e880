/** Analyses the code of TorchScript modules: pure values, no engine. */
@NullMarked
package io.ostinato.torchscript;

import org.jspecify.annotations.NullMarked;
