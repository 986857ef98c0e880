package io.ostinato.describe;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Creates values from their defaults, so that Java and configurations share the same defaults. */
public final class Defaults {
  private Defaults() {}

  /**
   * Creates a value from the defaults of its keys.
   *
   * @param required the values of the required keys, in order
   * @throws IllegalArgumentException if too few or too many are passed
   */
  public static <T> T of(Class<T> type, Object... required) {
    Iterator<Object> given = List.of(required).iterator();
    T made = type.cast(of(Description.of(type), given));
    if (given.hasNext()) {
      throw new IllegalArgumentException(
          "%s has fewer required keys than the %s values passed"
              .formatted(type.getName(), required.length));
    }
    return made;
  }

  private static Object of(Description description, Iterator<Object> given) {
    List<@Nullable Object> values = new ArrayList<>();
    for (Part part : description.parts()) {
      values.add(
          part instanceof Part.OfKey of
              ? description.keyIfEmpty().filter(of.key().name()::equals).isPresent()
                  ? (Object) description.valueIfEmpty()
                  : value(of.key(), given)
              : part instanceof Part.Inlined inlined ? of(inlined.description(), given) : null);
    }
    return description.make(values);
  }

  private static @Nullable Object value(KeyInfo key, Iterator<Object> given) {
    if (key.isRequired()) {
      if (!given.hasNext()) {
        throw new IllegalArgumentException(
            "%s: '%s' has no default, and no value was passed".formatted(key.owner(), key.name()));
      }
      return given.next();
    }
    return ofKey(key);
  }

  /**
   * What a key is that is left out: its default, or {@linkplain #nothing nothing}.
   *
   * @throws IllegalArgumentException if the key is required
   */
  public static @Nullable Object ofKey(KeyInfo key) {
    if (key.isRequired()) {
      throw new IllegalArgumentException(
          "%s: '%s' has no default".formatted(key.owner(), key.name()));
    }
    return key.hasDefault()
        ? value(JsonParser.parseString(key.key().byDefault()), key.type())
        : nothing(key.type());
  }

  /** The value of an optional key without a default: an empty list or map, or null. */
  public static @Nullable Object nothing(ValueType type) {
    if (type instanceof ValueType.ListOf) {
      return List.of();
    }
    return type instanceof ValueType.MapOf ? Map.of() : null;
  }

  private static Object value(JsonElement json, ValueType type) {
    if (type instanceof ValueType.ListOf list && json instanceof JsonArray array) {
      return array.asList().stream().map(item -> value(item, list.element())).toList();
    }
    if (type instanceof ValueType.Section section
        && json instanceof JsonObject object
        && object.isEmpty()) {
      return of(section.description(), List.of().iterator());
    }
    if (json instanceof JsonPrimitive primitive && type instanceof ValueType.Single single) {
      return single.value(primitive.getAsString()).orElseThrow();
    }
    throw new IllegalStateException("the default '%s' is not a valid %s".formatted(json, type));
  }
}
