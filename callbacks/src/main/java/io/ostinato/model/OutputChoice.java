package io.ostinato.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.ostinato.describe.FromText;
import java.io.Serializable;
import java.util.Optional;

/**
 * The choice of an output of a model: the default one, or one by its position or name, such as
 * {@code 1}, {@code logits}, or {@code 1.hidden} for one within another output.
 *
 * @param by the meaning of the text
 * @param text the position or the name; empty if no output is selected
 */
public record OutputChoice(By by, String text) implements Serializable {

  /** The meaning of the text of a choice. */
  public enum By {
    /** No output is selected. */
    NOTHING,
    /** A position, counted from 0, whatever the names are. */
    POSITION,
    /** A name, whatever the positions are. */
    NAME,
    /** A name or a position, whichever exists, as users write it; see {@link ModelOutputs#get}. */
    NAME_OR_POSITION
  }

  /** Selects no output: the first one is used, unless that is ambiguous. */
  public static OutputChoice first() {
    return new OutputChoice(By.NOTHING, "");
  }

  /**
   * Selects by position, counted from 0, whatever the names are.
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
   * Selects by name, whatever the positions are.
   *
   * @throws IllegalArgumentException if the name is blank
   */
  public static OutputChoice named(String name) {
    return new OutputChoice(By.NAME, notBlank(name));
  }

  /**
   * Selects by position or name, as users write it. If one output has this name and another one
   * this position, {@link #from} fails; {@code name:0} and {@code position:0} select explicitly.
   *
   * @throws IllegalArgumentException if the text is blank
   */
  public static OutputChoice of(String positionOrName) {
    return new OutputChoice(By.NAME_OR_POSITION, notBlank(positionOrName).strip());
  }

  /** Reads a choice from a configuration; a blank text selects no output. */
  @FromText("the name of an output, or its position counted from 0")
  static Optional<OutputChoice> ofText(String text) {
    return Optional.of(text.isBlank() ? first() : of(text));
  }

  /** Whether an output is selected. */
  public boolean isMade() {
    return by != By.NOTHING;
  }

  /**
   * The selected output.
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
   * The selected output, or all of them if none is selected: the input of a loss.
   *
   * @throws IllegalArgumentException as {@link #from} and {@link ModelOutputs#toList} do
   */
  public NDList listFrom(ModelOutputs outputs) {
    return isMade() ? new NDList(from(outputs)) : outputs.toList();
  }

  private static String notBlank(String text) {
    if (text.isBlank()) {
      throw new IllegalArgumentException(
          "an output requires a name, or a position counted from 0; given: '%s'".formatted(text));
    }
    return text;
  }
}
