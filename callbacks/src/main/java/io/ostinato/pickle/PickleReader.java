package io.ostinato.pickle;

import io.ostinato.pickle.Pickled.Global;
import io.ostinato.pickle.Pickled.Instance;
import io.ostinato.pickle.Pickled.Items;
import io.ostinato.pickle.Pickled.Mapping;
import io.ostinato.pickle.Pickled.Other;
import io.ostinato.pickle.Pickled.Storage;
import io.ostinato.pickle.Pickled.Tensor;
import io.ostinato.pickle.Pickled.Text;
import io.ostinato.pickle.Pickled.Whole;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;

/**
 * Reads a sequence of Python pickles of the protocols 0 to 5. Runs their operations on a stack, as
 * described by <a href="https://docs.python.org/3/library/pickletools.html">pickletools</a>, but
 * only keeps the names of Python's classes, and runs nothing of Python: what would be a call
 * becomes a dict, a tensor or an {@link Instance}, whatever it would do. Not thread-safe.
 */
public final class PickleReader {
  /** More values than files of torch.save have; each takes many times its size in memory. */
  private static final int MOST_VALUES = 2_000_000;

  private final ByteBuffer bytes;
  private final Set<Global> globals = new HashSet<>();
  private final Deque<List<Pickled>> marked = new ArrayDeque<>();
  private final Map<Integer, Pickled> memo = new HashMap<>();
  private final Map<String, Storage> storages = new LinkedHashMap<>();
  private List<Pickled> stack = new ArrayList<>();
  private int protocol;
  private int values;

  public PickleReader(byte[] content) {
    bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The classes and functions required by the pickles read so far. */
  public Set<Global> globals() {
    return Set.copyOf(globals);
  }

  /** The protocol of the last pickle; 0 if it doesn't declare one. */
  public int protocol() {
    return protocol;
  }

  /** The storages of the tensors in the pickles read so far, by their keys. */
  public Map<String, Storage> storages() {
    return Collections.unmodifiableMap(storages);
  }

  /** The position after the last pickle. */
  public int position() {
    return bytes.position();
  }

  /**
   * Reads the next pickle.
   *
   * @throws IllegalArgumentException if there is none, it is incomplete, or it has too many values
   */
  public Pickled next() {
    stack = new ArrayList<>();
    marked.clear();
    memo.clear();
    try {
      for (int operation = unsigned(); operation != '.'; operation = unsigned()) {
        run(operation);
      }
      return pop();
    } catch (BufferUnderflowException
        | NoSuchElementException
        | IndexOutOfBoundsException
        | NumberFormatException e) {
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
      case 'N', 0x97 -> push(Other.VALUE); // None, a buffer
      case 0x88 -> push(new Whole(1));
      case 0x89 -> push(new Whole(0));
      case 0x98 -> {} // makes a buffer read-only
      case 'F' -> {
        line();
        push(Other.VALUE);
      }
      case 'I', 'L' -> whole(line());
      case 'K' -> push(new Whole(unsigned()));
      case 'M' -> push(new Whole(Short.toUnsignedInt(bytes.getShort())));
      case 'J' -> push(new Whole(bytes.getInt()));
      case 0x8A -> whole(unsigned());
      case 0x8B -> whole(bytes.getInt());
      case 'G' -> other(Double.BYTES);
      case 'C' -> other(unsigned());
      case 'B' -> other(bytes.getInt());
      case 0x8E, 0x96 -> other(longSize());
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
      case 'p' -> remember(Integer.parseInt(line()));
      case 'q' -> remember(unsigned());
      case 'r' -> remember(bytes.getInt());
      case 0x94 -> remember(memo.size());
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
        global(TorchObjects.textOf(names.get(0)), TorchObjects.textOf(names.get(1)));
      }
      case 'i' -> {
        popMark();
        global(line(), line());
        push(new Instance(pop() instanceof Global type ? type : null));
      }
      case 'o' -> {
        List<Pickled> call = popMark();
        boolean isNamed = !call.isEmpty() && call.get(0) instanceof Global;
        push(new Instance(isNamed ? (Global) call.get(0) : null));
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
        push(Tensor.opaque(false, false, "a persistent id"));
      }
      case 'Q' -> persistent(pop());
      default -> throw new IllegalArgumentException("unknown operation %s".formatted(operation));
    }
  }

  private void persistent(Pickled id) {
    Pickled value = TorchObjects.persistent(id);
    if (value instanceof Tensor tensor && tensor.storage() != null) {
      storages.putIfAbsent(tensor.storage().key(), tensor.storage());
    }
    push(value);
  }

  private Pickled made(Pickled callee, Pickled arguments) {
    count(TorchObjects.pairs(callee, arguments).size());
    return TorchObjects.made(callee, arguments);
  }

  private void global(String module, String name) {
    Global global = new Global(module, name);
    globals.add(global);
    push(global);
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

  private void other(int size) {
    skip(size);
    push(Other.VALUE);
  }

  /** Pushes a number in text, such as {@code 12}, {@code 12L} or {@code 01} for true. */
  private void whole(String text) {
    try {
      push(
          new Whole(
              Long.parseLong(text.endsWith("L") ? text.substring(0, text.length() - 1) : text)));
    } catch (NumberFormatException e) {
      push(Other.VALUE); // larger than a size can be
    }
  }

  /** Pushes a number in these many bytes. */
  private void whole(int size) {
    if (size < 0 || size > Long.BYTES) {
      other(size);
      return;
    }
    long value = 0;
    for (int i = 0; i < size; i++) {
      long next = i == size - 1 ? bytes.get() : unsigned();
      value |= next << (Byte.SIZE * i);
    }
    push(new Whole(value));
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
    count(1);
    stack.add(value);
  }

  private void remember(int number) {
    memo.put(number, top());
    check(memo.size());
  }

  private void count(int more) {
    values += more;
    check(values);
  }

  private static void check(int count) {
    if (count > MOST_VALUES) {
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
    count(1);
    marked.push(stack);
    stack = new ArrayList<>();
  }

  private List<Pickled> popMark() {
    List<Pickled> popped = stack;
    stack = marked.pop();
    return popped;
  }
}
