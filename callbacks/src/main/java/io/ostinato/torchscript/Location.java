package io.ostinato.torchscript;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * An object that values refer to: one that belongs to the module, or one that the forward creates
 * at one point of its code. For the latter, everything that any code puts into it is recorded, and
 * nothing is ever removed.
 */
final class Location {
  /** An unknown position or name, which stands for all of them. */
  static final String ANY = "*";

  private final Heap heap;
  private final Kind kind;
  private final String path;
  private final String label;
  private final String type;
  private final boolean input;
  private final Map<String, Set<Location>> parts = new LinkedHashMap<>();
  private final Map<String, Location> children = new HashMap<>();

  private enum Kind {
    /** Belongs to the module. */
    KEPT,
    /** Created by the forward, so its content is known. */
    MADE,
    /**
     * Passed to the forward or returned by an operator: initially, nothing in it belongs to the
     * module.
     */
    GIVEN
  }

  /** All locations of one analysis. */
  static final class Heap {
    private long size;

    /** A count that grows whenever something new is put into a location. */
    long size() {
      return size;
    }

    /**
     * An object that belongs to the module.
     *
     * @param path its path in the module, such as {@code self.body}
     */
    Location kept(String path, String type) {
      return new Location(this, Kind.KEPT, path, path, type, false);
    }

    Location made(String type) {
      return new Location(this, Kind.MADE, "", "", type, false);
    }

    Location given(String type) {
      return new Location(this, Kind.GIVEN, "", "", type, false);
    }

    /** An input passed by the user. */
    Location input(String type) {
      return new Location(this, Kind.GIVEN, "", "", type, true);
    }
  }

  private Location(Heap heap, Kind kind, String path, String label, String type, boolean input) {
    this.heap = heap;
    this.kind = kind;
    this.path = path;
    this.label = label;
    this.type = type;
    this.input = input;
  }

  /** Whether it belongs to the user, who may use it again. */
  boolean isInput() {
    return input;
  }

  /** Whether it belongs to the module. */
  boolean isKept() {
    return kind == Kind.KEPT;
  }

  /** Its path in the module; empty if it may be one of several objects. */
  String path() {
    return path;
  }

  /** The name, for users, of the part of the module that it is or belongs to. */
  String label() {
    return label.replaceFirst("^self\\.", "");
  }

  /** Its type as written in the code; empty if unknown. */
  String type() {
    return type;
  }

  /** An attribute of this object of the module. */
  Location child(String name, String childType) {
    return children.computeIfAbsent(
        name + ":" + childType,
        key ->
            new Location(
                heap,
                Kind.KEPT,
                path.isEmpty() ? "" : path + "." + name,
                label + "." + name,
                childType,
                false));
  }

  /** The objects in it at a position or under a name. */
  Set<Location> part(String key) {
    if (kind == Kind.KEPT) {
      String element = CodeType.elementOf(type, key);
      return element.equals(type) ? Set.of(this) : Set.of(element(element));
    }
    Set<Location> found = new LinkedHashSet<>();
    if (key.equals(ANY)) {
      parts.values().forEach(found::addAll);
    } else {
      found.addAll(parts.getOrDefault(key, Set.of()));
      found.addAll(parts.getOrDefault(ANY, Set.of()));
    }
    if (kind == Kind.GIVEN) {
      found.add(this);
    }
    return found;
  }

  /** The same object with a known type. */
  Location as(String knownType) {
    return kind != Kind.KEPT || type.equals(knownType)
        ? this
        : children.computeIfAbsent(
            "as:" + knownType, key -> new Location(heap, Kind.KEPT, path, label, knownType, false));
  }

  private Location element(String elementType) {
    return children.computeIfAbsent(
        "[]:" + elementType, key -> new Location(heap, Kind.KEPT, "", label, elementType, false));
  }

  /**
   * Puts objects into it. For an object of the module this does nothing: that is recorded as a
   * change.
   */
  void put(String key, Collection<Location> added) {
    if (kind != Kind.KEPT && parts.computeIfAbsent(key, k -> new LinkedHashSet<>()).addAll(added)) {
      heap.size++;
    }
  }

  /** Marks that its contents may be at other positions from now on. */
  void shuffle() {
    put(ANY, part(ANY).stream().filter(location -> location != this).toList());
  }

  @Override
  public String toString() {
    return "%s %s %s".formatted(kind, label, type);
  }
}
