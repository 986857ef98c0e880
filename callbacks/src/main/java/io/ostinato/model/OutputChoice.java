package io.ostinato.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.ostinato.describe.FromText;
import java.io.Serializable;
import java.util.Optional;

/**
 * Which output of a model is meant: the first, or one by its position or name, as in {@code 1},
 * {@code logits}, or {@code 1.hidden} for what is within another output.
 *
 * @param by what the text is
 * @param text the position or the name; empty where nothing was said
 */
public record OutputChoice(By by, String text) implements Serializable {

  /** What the text of a choice is. */
  public enum By {
    /** Nothing is said. */
    NOTHING,
    /** A position, counted from 0, whatever names there are. */
    POSITION,
    /** A name, whatever positions there are. */
    NAME,
    /**
     * As users write it: a name or a position, whichever there is; see {@link ModelOutputs#get}.
     */
    NAME_OR_POSITION
  }

  /** Nothing is said: the first output, where the model leaves no doubt which that is. */
  public static OutputChoice first() {
    return new OutputChoice(By.NOTHING, "");
  }

  /**
   * By position, counted from 0, whatever the outputs are named.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public static OutputChoice at(int position) {
    if (position < 0) {
      throw new IllegalArgumentException(
          "output %s must be a position, counted from 0, or a name".formatted(position));
    }
    return new OutputChoice(By.POSITION, Integer.toString(position));
  }

  /**
   * By name, whatever the positions are.
   *
   * @throws IllegalArgumentException if the name is blank
   */
  public static OutputChoice named(String name) {
    return new OutputChoice(By.NAME, notBlank(name));
  }

  /**
   * By position or name, as users write it. Where one output has this name and another one this
   * position, {@link #from} refuses it; {@code name:0} and {@code position:0} say which is meant.
   *
   * @throws IllegalArgumentException if the text is blank
   */
  public static OutputChoice of(String positionOrName) {
    return new OutputChoice(By.NAME_OR_POSITION, notBlank(positionOrName).strip());
  }

  /** As a configuration writes it: nothing is said by a blank text. */
  @FromText("the name of an output, or its position counted from 0")
  static Optional<OutputChoice> ofText(String text) {
    return Optional.of(text.isBlank() ? first() : of(text));
  }

  /** Whether an output is named. */
  public boolean isMade() {
    return by != By.NOTHING;
  }

  /**
   * The output that is meant.
   *
   * @throws IllegalArgumentException as {@link ModelOutputs#first}, {@link ModelOutputs#get(int)},
   *     {@link ModelOutputs#withName} and {@link ModelOutputs#get(String)} do
   */
  public NDArray from(ModelOutputs outputs) {
    return switch (by) {
      case NOTHING -> outputs.first();
      case POSITION -> outputs.atPosition(text);
      case NAME -> outputs.withName(text);
      case NAME_OR_POSITION -> outputs.get(text);
    };
  }

  /**
   * The output that is meant alone, or all of them where nothing was said: what a loss takes.
   *
   * @throws IllegalArgumentException as {@link #from} and {@link ModelOutputs#toList} do
   */
  public NDList listFrom(ModelOutputs outputs) {
    return isMade() ? new NDList(from(outputs)) : outputs.toList();
  }

  private static String notBlank(String text) {
    if (text.isBlank()) {
      throw new IllegalArgumentException(
          "an output needs a name, or a position counted from 0; given: '%s'".formatted(text));
    }
    return text;
  }
}
