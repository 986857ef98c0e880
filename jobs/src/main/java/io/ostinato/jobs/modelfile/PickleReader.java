package io.ostinato.jobs.modelfile;

import io.ostinato.jobs.modelfile.Pickled.Global;
import io.ostinato.jobs.modelfile.Pickled.Instance;
import io.ostinato.jobs.modelfile.Pickled.Items;
import io.ostinato.jobs.modelfile.Pickled.Mapping;
import io.ostinato.jobs.modelfile.Pickled.Other;
import io.ostinato.jobs.modelfile.Pickled.Tensor;
import io.ostinato.jobs.modelfile.Pickled.Text;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;

/**
 * Reads a sequence of Python pickles of the protocols 0 to 5. Runs their operations on a stack, as
 * described by <a href="https://docs.python.org/3/library/pickletools.html">pickletools</a>, but
 * only keeps the names of Python's classes. Not thread-safe.
 */
final class PickleReader {
  private static final Set<String> MAPPINGS = Set.of("OrderedDict", "defaultdict", "dict");

  /** The position of the shape among the arguments of functions that create a tensor. */
  private static final int SHAPE = 2;

  /** More values than files of torch.save have; each takes many times its size in memory. */
  private static final int MOST_VALUES = 2_000_000;

  private final ByteBuffer bytes;
  private final Set<Global> globals = new HashSet<>();
  private final Deque<List<Pickled>> marked = new ArrayDeque<>();
  private final Map<Integer, Pickled> memo = new HashMap<>();
  private List<Pickled> stack = new ArrayList<>();
  private int protocol;
  private int values;

  PickleReader(byte[] content) {
    bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The classes and functions required by the pickles read so far. */
  Set<Global> globals() {
    return Set.copyOf(globals);
  }

  /** The protocol of the last pickle; 0 if it doesn't declare one. */
  int protocol() {
    return protocol;
  }

  /**
   * Reads the next pickle.
   *
   * @throws IllegalArgumentException if there is none, it is incomplete, or it has too many values
   */
  Pickled next() {
    stack = new ArrayList<>();
    marked.clear();
    memo.clear();
    try {
      for (int operation = unsigned(); operation != '.'; operation = unsigned()) {
        run(operation);
      }
      return pop();
    } catch (BufferUnderflowException | NoSuchElementException | IndexOutOfBoundsException e) {
      throw new IllegalArgumentException("it is not a complete pickle", e);
    }
  }

  private void run(int operation) {
    switch (operation) {
      case 0x80 -> protocol = unsigned();
      case 0x95 -> skip(Long.BYTES); // frame
      case '(' -> mark();
      case '0' -> pop();
      case '1' -> popMark();
      case '2' -> push(top());
      case 'N', 0x88, 0x89, 0x97 -> push(Other.VALUE); // None, True, False, a buffer
      case 0x98 -> {} // makes a buffer read-only
      case 'F', 'I', 'L' -> {
        line();
        push(Other.VALUE);
      }
      case 'K' -> number(Byte.BYTES);
      case 'M' -> number(Short.BYTES);
      case 'J' -> number(Integer.BYTES);
      case 'G' -> number(Double.BYTES);
      case 0x8A, 'C' -> number(unsigned());
      case 0x8B, 'B' -> number(bytes.getInt());
      case 0x8E, 0x96 -> number(longSize());
      case 'S', 'V' -> push(new Text(line().replaceAll("^'(.*)'$", "$1")));
      case 'U' -> text(unsigned(), StandardCharsets.ISO_8859_1);
      case 'T' -> text(bytes.getInt(), StandardCharsets.ISO_8859_1);
      case 0x8C -> text(unsigned(), StandardCharsets.UTF_8);
      case 'X' -> text(bytes.getInt(), StandardCharsets.UTF_8);
      case 0x8D -> text(longSize(), StandardCharsets.UTF_8);
      default -> runOnStack(operation);
    }
  }

  private void runOnStack(int operation) {
    switch (operation) {
      case '}' -> push(new Mapping());
      case ']', ')', 0x8F -> push(new Items(List.of()));
      case 'd' -> {
        List<Pickled> items = popMark();
        push(new Mapping());
        put(items);
      }
      case 'l', 't', 0x91 -> push(new Items(popMark()));
      case 0x85 -> push(new Items(popLast(1)));
      case 0x86 -> push(new Items(popLast(2)));
      case 0x87 -> push(new Items(popLast(3)));
      case 'a' -> add(popLast(1));
      case 'e', 0x90 -> add(popMark());
      case 's' -> put(popLast(2));
      case 'u' -> put(popMark());
      case 'p' -> memo.put(Integer.parseInt(line()), top());
      case 'q' -> memo.put(unsigned(), top());
      case 'r' -> memo.put(bytes.getInt(), top());
      case 0x94 -> memo.put(memo.size(), top());
      case 'g' -> push(memo.getOrDefault(Integer.parseInt(line()), Other.VALUE));
      case 'h' -> push(memo.getOrDefault(unsigned(), Other.VALUE));
      case 'j' -> push(memo.getOrDefault(bytes.getInt(), Other.VALUE));
      default -> make(operation);
    }
  }

  private void make(int operation) {
    switch (operation) {
      case 'c' -> global(line(), line());
      case 0x93 -> {
        List<Pickled> names = popLast(2);
        global(textOf(names.get(0)), textOf(names.get(1)));
      }
      case 'i' -> {
        popMark();
        global(line(), line());
        pop();
        push(new Instance());
      }
      case 'o' -> {
        popMark();
        push(new Instance());
      }
      case 'R', 0x81 -> {
        List<Pickled> call = popLast(2);
        push(made(call.get(0), call.get(1)));
      }
      case 0x92 -> {
        List<Pickled> call = popLast(3);
        push(made(call.get(0), call.get(1)));
      }
      case 'b' -> {
        Pickled state = pop();
        if (top() instanceof Instance instance) {
          instance.build(state);
        }
      }
      case 'P' -> {
        line();
        push(new Tensor(false, false));
      }
      case 'Q' -> push(persistent(pop()));
      default -> throw new IllegalArgumentException("unknown operation %s".formatted(operation));
    }
  }

  /** The result of a call: for PyTorch's functions that take a tensor or its storage, a tensor. */
  private static Pickled made(Pickled callee, Pickled arguments) {
    if (callee instanceof Global global) {
      if (MAPPINGS.contains(global.name())) {
        return new Mapping();
      }
      if (global.name().startsWith("_rebuild_") && global.module().startsWith("torch.")) {
        return tensor(arguments);
      }
    }
    return instance(arguments);
  }

  /** A new object. Functions that create a module, such as torch.fx's, receive its attributes. */
  private static Instance instance(Pickled arguments) {
    Instance instance = new Instance();
    if (arguments instanceof Items items) {
      items.values().stream()
          .filter(each -> Instance.hasThoseOfModules(each.entries()))
          .findFirst()
          .ifPresent(instance::build);
    }
    return instance;
  }

  private static Tensor tensor(Pickled arguments) {
    if (arguments instanceof Items items) {
      for (Pickled each : items.values()) {
        if (each instanceof Tensor tensor) {
          return new Tensor(tensor.isBytes(), tensor.isScalar() || isScalar(items.values()));
        }
      }
    }
    return new Tensor(false, false);
  }

  /** Whether the shape is empty, in the arguments storage, offset, shape and strides. */
  private static boolean isScalar(List<Pickled> arguments) {
    return arguments.size() > SHAPE
        && arguments.get(SHAPE) instanceof Items shape
        && shape.values().isEmpty();
  }

  /** A storage by its type; in old files a class with its source, or a tensor by its number. */
  private static Pickled persistent(Pickled id) {
    if (id instanceof Items items && items.values().size() > 1) {
      Pickled type = items.values().get(1);
      if (textOf(items.values().get(0)).equals("module")) {
        return type;
      }
      return new Tensor(
          type instanceof Global global && global.name().matches("(?:Byte|Bool)Storage"), false);
    }
    return new Tensor(false, false);
  }

  private void global(String module, String name) {
    Global global = new Global(module, name);
    globals.add(global);
    push(global);
  }

  private static String textOf(Pickled value) {
    return value instanceof Text text ? text.value() : "";
  }

  private void add(List<Pickled> more) {
    if (top() instanceof Items items) {
      items.add(more);
    }
  }

  private void put(List<Pickled> keysAndValues) {
    Mapping mapping =
        top() instanceof Mapping top
            ? top
            : top() instanceof Instance instance ? instance.items() : new Mapping();
    for (int i = 0; i + 1 < keysAndValues.size(); i += 2) {
      mapping.put(keysAndValues.get(i), keysAndValues.get(i + 1));
    }
  }

  private void number(int size) {
    skip(size);
    push(Other.VALUE);
  }

  private void text(int size, Charset charset) {
    if (size < 0 || size > bytes.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] text = new byte[size];
    bytes.get(text);
    push(new Text(new String(text, charset)));
  }

  private void skip(int size) {
    if (size < 0 || size > bytes.remaining()) {
      throw new BufferUnderflowException();
    }
    bytes.position(bytes.position() + size);
  }

  private int longSize() {
    long size = bytes.getLong();
    return size < 0 || size > Integer.MAX_VALUE ? -1 : (int) size;
  }

  private int unsigned() {
    return Byte.toUnsignedInt(bytes.get());
  }

  private String line() {
    StringBuilder line = new StringBuilder();
    for (int next = unsigned(); next != '\n'; next = unsigned()) {
      line.append((char) next);
    }
    return line.toString();
  }

  private void push(Pickled value) {
    count();
    stack.add(value);
  }

  private void count() {
    if (++values > MOST_VALUES) {
      throw new IllegalArgumentException("more than %s values".formatted(MOST_VALUES));
    }
  }

  private Pickled top() {
    return stack.get(stack.size() - 1);
  }

  private Pickled pop() {
    return stack.remove(stack.size() - 1);
  }

  private List<Pickled> popLast(int count) {
    List<Pickled> last = stack.subList(stack.size() - count, stack.size());
    List<Pickled> popped = List.copyOf(last);
    last.clear();
    return popped;
  }

  private void mark() {
    count();
    marked.push(stack);
    stack = new ArrayList<>();
  }

  private List<Pickled> popMark() {
    List<Pickled> popped = stack;
    stack = marked.pop();
    return popped;
  }
}
