package io.ostinato.model;

import ai.djl.nn.Block;
import java.io.Serializable;
import java.util.function.Supplier;

/**
 * Creates a new, uninitialized block. The factory is serialized, and executors create their own
 * block with it, so it must be a constructor reference ({@code DigitsNet::new}) or a lambda that
 * captures only serializable values. All blocks it creates must have the same parameters.
 */
@FunctionalInterface
public interface BlockFactory extends Supplier<Block>, Serializable {}
