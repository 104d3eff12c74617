/** Starts Trino's server. Its own main class is published only within an archive of 186 MB, beside plugins unused here. */
final class Main {
    public static void main(String[] words) {
        new io.trino.server.Server().start("476");
    }
}
