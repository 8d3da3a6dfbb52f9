#include "actors/head/study_head.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "actors/head/head_folder.hpp"
#include "actors/head/study_access.hpp"
#include "actors/study/protocol.hpp"
#include "runtime/core/seconds.hpp"
#include "runtime/keys/admissions.hpp"
#include "runtime/keys/key_folder.hpp"
#include "runtime/remote/reception.hpp"

namespace troupe::actors {

namespace {

constexpr std::array of_nodes{
    runtime::FindActor::wire_name, JoinStudy::wire_name,
    Reported::wire_name,           ReportMalformed::wire_name,
    NotifyWhenDurable::wire_name,  AttemptEnded::wire_name,
    Suggestion::wire_name,         AskManifest::wire_name,
    AskChunk::wire_name,           Chunk::wire_name,
    OfferAttempt::wire_name,
};
constexpr std::array of_control{runtime::FindActor::wire_name, Subscribe::wire_name,
                                StopStudy::wire_name, StopTrial::wire_name, AskStatus::wire_name};

}  // namespace

bool permits(std::string_view role, std::string_view message) {
  const auto among = [&](const auto& messages) {
    return std::ranges::find(messages, message) != messages.end();
  };
  if (role == runtime::Admissions::role_own) return true;
  if (role == runtime::role_node) return among(of_nodes);
  return role == runtime::role_control && among(of_control);
}

runtime::Keys keys_of_head(const runtime::Keys& machine, const runtime::Keys& study) {
  if (!machine) return study;
  return std::make_shared<const runtime::KeyFolder>(machine->trusting(study->own().public_key));
}

StudyHead::StudyHead(Options options, runtime::Keys study_keys)
    : options_(std::move(options)),
      study_keys_(std::move(study_keys)),
      process_({.name = "head",
                .lease = seconds(options_.lease_s),
                .keys = keys_of_head(options_.keys, study_keys_),
                .permits = permits}) {}

StudyHead::~StudyHead() {
  process_.call([this] { watch_.reset(); });
  node_.reset();
  process_.node().stop(std::chrono::seconds(5));
}

Result<std::unique_ptr<StudyHead>> StudyHead::open(Options options, const HeadFolder* folder) {
  runtime::Keys keys = std::make_shared<const runtime::KeyFolder>(
      runtime::KeyFolder::in_memory(runtime::make_key_pair()));
  if (folder != nullptr) {
    auto kept = open_study_keys(folder->path());
    if (!kept) return kept.error();
    keys = std::move(kept).value();
  }
  std::unique_ptr<StudyHead> head(new StudyHead(std::move(options), std::move(keys)));
  runtime::Node& node = head->process_.node();
  auto address = folder == nullptr ? node.listen(head->options_.listen)
                                   : listen_again(node, head->options_.listen, *folder);
  if (!address) return address.error();
  head->address_ = std::move(address).value();
  return head;
}

Result<StudyRef> StudyHead::begin(Session session, const HeadFolder& folder) {
  if (study_keys_->path() != study_keys_path(folder.path()))
    if (auto shared = share_study_keys(*study_keys_, folder.path()); !shared) return shared.error();
  const std::string here = runtime::seen_from_here(address_);
  if (auto written = write_file(folder.file("address"), here + "\n"); !written)
    return written.error();
  LocalNodeSupervision::Options options{.program = options_.program,
                                        .address = here,
                                        .keys = study_keys_path(folder.path()),
                                        .lease_s = options_.lease_s,
                                        .resources = own_resources(session.spec),
                                        .slots = options_.local_slots,
                                        .folder = folder.path().string(),
                                        .log = folder.file("node.log")};
  process_.node().stop(nodes_file_);
  nodes_file_ = process_.node().spawn<NodesFile>(process_.node(), folder.file(NodesFile::name),
                                                 address_, session.spec.group_readable);
  grace_kill_s_ = session.spec.grace_kill_s;
  done_ = {};
  study_ = spawn_study(process_.node(), std::move(session), folder);
  node_ = std::make_unique<LocalNodeSupervision>(process_, study_, std::move(options),
                                                 [this] { done_.set_value(); });
  if (auto started = node_->start(); !started) return started.error();
  process_.call([&, path = folder.path().string()] {
    watch_ = std::make_unique<FolderWatch>(
        process_.reactor(),
        FolderWatch::Options{path, [this](const std::string& why) { interrupt(why); },
                             [this](const std::string& warning) {
                               if (options_.on_warning) options_.on_warning(warning);
                             }});
  });
  return study_;
}

Result<void> StudyHead::wait() {
  const auto end = process_.node().wait(study_, Duration::max());
  process_.call([this] { watch_.reset(); });
  node_->stop_restarting();  // A failed study needs no other node.
  done_.get_future().wait_for(std::chrono::duration<double>(grace_kill_s_ + 5));
  node_.reset();
  if (end && end->cause == runtime::Cause::failed) return Error{ErrorKind::io, end->reason};
  return {};
}

void StudyHead::interrupt(const std::string& reason) {
  node_->stop_restarting();
  process_.node().tell(study_, StopStudy{StopRequested::How::interrupt, reason});
}

Result<TaskResult> StudyHead::run(const StudyRequest& request, const std::string& folder) {
  auto opened = HeadFolder::open(folder);
  if (!opened) return opened.error();
  auto next = continuation_of(request, *opened);
  if (!next) return next.error();
  if (!next->end) {
    auto session = open_session(request, *opened, std::move(*next));
    if (!session) return session.error();
    if (const auto study = begin(std::move(session).value(), *opened); !study) return study.error();
    if (auto over = wait(); !over) return over.error();
  }
  auto end = read_task_result(folder);
  if (!end) return end.error();
  std::string memory = request.memory;
  if (memory.empty() && request.spec.memory) memory = request.spec.memory->file;
  if (memory.empty()) memory = (*end)->memory;
  if (!memory.empty())
    if (auto told = remember(**end, request.spec, opened->path().string(), memory); !told)
      return told.error();
  return std::move(**end);
}

}  // namespace troupe::actors
