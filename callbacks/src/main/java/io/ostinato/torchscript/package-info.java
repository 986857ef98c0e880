/** What the code of a TorchScript module says of it: pure values, no engine. */
@NullMarked
package io.ostinato.torchscript;

import org.jspecify.annotations.NullMarked;
