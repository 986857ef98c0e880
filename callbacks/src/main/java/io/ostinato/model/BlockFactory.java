package io.ostinato.model;

import ai.djl.nn.Block;
import java.io.Serializable;
import java.util.function.Supplier;

/**
 * Makes a fresh, uninitialized block. It is serialized, and executors build their own block with
 * it, so a constructor reference ({@code DigitsNet::new}) or a lambda over serializable values
 * serves; every block it makes must have the same parameters.
 */
@FunctionalInterface
public interface BlockFactory extends Supplier<Block>, Serializable {}
