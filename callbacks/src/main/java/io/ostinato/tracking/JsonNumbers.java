package io.ostinato.tracking;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;

/** Numbers in JSON; those that JSON doesn't support are the strings NaN, Infinity and -Infinity. */
public final class JsonNumbers {
  private JsonNumbers() {}

  /** Adds a number to an object. */
  public static void add(JsonObject object, String key, double value) {
    if (Double.isFinite(value)) {
      object.addProperty(key, value);
    } else {
      object.addProperty(key, Double.toString(value));
    }
  }

  /** Reads a number written by {@link #add}. */
  public static double read(JsonElement element) {
    return Double.parseDouble(element.getAsString());
  }
}
