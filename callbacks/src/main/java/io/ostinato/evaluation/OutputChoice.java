package io.ostinato.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.io.Serializable;

/**
 * Which output of a model is meant: the first, or one by its position or name, as in {@code 1},
 * {@code logits}, or {@code 1.hidden} for what is within another output.
 *
 * @param text the position or the name; empty where nothing was said
 */
public record OutputChoice(String text) implements Serializable {

  /** Nothing is said: the first output, where the model leaves no doubt which that is. */
  public static OutputChoice first() {
    return new OutputChoice("");
  }

  /**
   * By position, counted from 0.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public static OutputChoice at(int position) {
    if (position < 0) {
      throw new IllegalArgumentException(
          "output %s must be a position, counted from 0, or a name".formatted(position));
    }
    return new OutputChoice(Integer.toString(position));
  }

  /**
   * By position or name, as users write it.
   *
   * @throws IllegalArgumentException if the text is blank
   */
  public static OutputChoice of(String positionOrName) {
    if (positionOrName.isBlank()) {
      throw new IllegalArgumentException(
          "an output needs a name, or a position counted from 0; given: '%s'"
              .formatted(positionOrName));
    }
    return new OutputChoice(positionOrName.strip());
  }

  /** Whether an output is named. */
  public boolean isMade() {
    return !text.isEmpty();
  }

  /**
   * The output that is meant.
   *
   * @throws IllegalArgumentException as {@link ModelOutputs#first} and {@link ModelOutputs#get} do
   */
  public NDArray from(ModelOutputs outputs) {
    return isMade() ? outputs.get(text) : outputs.first();
  }

  /**
   * The output that is meant alone, or all of them where nothing was said: what a loss takes.
   *
   * @throws IllegalArgumentException as {@link ModelOutputs#get} and {@link ModelOutputs#toList} do
   */
  public NDList listFrom(ModelOutputs outputs) {
    return isMade() ? new NDList(outputs.get(text)) : outputs.toList();
  }
}
