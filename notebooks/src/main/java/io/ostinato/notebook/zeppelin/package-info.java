/** What is shown in the paragraphs of Zeppelin while they run. */
@NullMarked
package io.ostinato.notebook.zeppelin;

import org.jspecify.annotations.NullMarked;
